import type { EventType } from "../api/meters";
import { CodeField, SelectField, TextField } from "../components/field";
import { AGGREGATIONS, type MeterDraft } from "./meter-draft";
import { MeterFilters, problemUnder } from "./meter-filters";

type Props = {
  readonly draft: MeterDraft;
  readonly change: (fields: Partial<MeterDraft>) => void;
  readonly problems: ReadonlyMap<string, string>;
  /** A meter that exists keeps its type and its aggregation. */
  readonly fixed: boolean;
  readonly type: EventType | undefined;
  readonly types: readonly EventType[];
};

/** How events become a quantity. */
export function DefinitionFields(props: Props) {
  const { draft, change, problems, fixed, types, type } = props;
  const names = type?.properties.map(({ name }) => name) ?? [];
  const { aggregation } = draft;
  return (
    <div className="grid gap-4 p-3 sm:p-5 md:grid-cols-2">
      <TextField
        label="Event type"
        required
        disabled={fixed}
        value={draft.eventType}
        onChange={(eventType) => change({ eventType })}
        suggestions={types.map(({ type }) => type)}
        problem={problems.get("/event_type")}
        hint={type === undefined && draft.eventType !== "" ? "No event of this type has arrived yet." : seen(names)}
      />
      <SelectField
        label="Aggregation"
        disabled={fixed}
        value={aggregation}
        onChange={(value) => change({ aggregation: value as MeterDraft["aggregation"] })}
        options={AGGREGATIONS}
        problem={problems.get("/aggregation")}
        hint={fixed ? "Stays for ever: half a total of one kind and half of another would be none." : undefined}
      />
      {aggregation === "count" ? null : <ValueFields {...props} names={names} />}
      {aggregation === "time_weighted" ? (
        <SelectField
          label="Level ×"
          disabled={fixed}
          value={draft.timeUnit}
          onChange={(value) => change({ timeUnit: value as MeterDraft["timeUnit"] })}
          options={[
            ...(["second", "minute", "hour", "day"] as const).map((unit) => [unit, `${unit}s`] as const),
            ["window", "average over the period"],
          ]}
          problem={problems.get("/time_unit")}
        />
      ) : null}
      {aggregation === "bucketed" || aggregation === "peak_of_window" ? <BucketFields {...props} /> : null}
      {aggregation === "percentile" ? <PercentileField {...props} path="/percentile" /> : null}
      <MeterFilters draft={draft} change={change} problems={problems} names={names} />
      <div className="md:col-span-2">
        <TextField
          label="Group by"
          placeholder="model, region"
          value={draft.dimensions}
          onChange={(dimensions) => change({ dimensions })}
          problem={problemUnder(problems, "/dimensions")}
          hint="Properties, with commas, that usage can be broken down and priced by. Each combination is counted apart."
        />
      </div>
    </div>
  );
}

function ValueFields({ draft, change, problems, names }: Props & { readonly names: readonly string[] }) {
  const problem = problems.get("/value_property") ?? problems.get("/value_expression");
  return (
    <>
      <SelectField
        label="Value from"
        value={draft.valueFrom}
        onChange={(value) => change({ valueFrom: value as MeterDraft["valueFrom"] })}
        options={[
          ["property", "One property"],
          ["expression", "An expression over properties"],
        ]}
      />
      {draft.valueFrom === "property" ? (
        <TextField
          label="Property"
          value={draft.value}
          onChange={(value) => change({ value })}
          suggestions={names}
          problem={problem}
          hint={seen(names)}
        />
      ) : (
        <CodeField
          label="Expression"
          rows={2}
          value={draft.value}
          onChange={(value) => change({ value })}
          problem={problem}
          hint="Such as input_tokens + 3 * output_tokens; + - * / comparisons, min, max, ceil, floor, round"
        />
      )}
    </>
  );
}

function BucketFields(props: Props) {
  const { draft, change, problems, fixed } = props;
  return (
    <div className="grid grid-cols-2 gap-4 md:col-span-2 md:grid-cols-4">
      <TextField
        label="Bucket of"
        type="number"
        disabled={fixed}
        value={draft.bucketCount}
        onChange={(bucketCount) => change({ bucketCount })}
        problem={problemUnder(problems, "/bucket/window")}
      />
      <SelectField
        label="Bucket unit"
        disabled={fixed}
        value={draft.bucketUnit}
        onChange={(value) => change({ bucketUnit: value as MeterDraft["bucketUnit"] })}
        options={(["minute", "hour", "day"] as const).map((unit) => [unit, `${unit}s`])}
      />
      <SelectField
        label="A bucket is worth"
        disabled={fixed}
        value={draft.inner}
        onChange={(value) => change({ inner: value as MeterDraft["inner"] })}
        options={[
          ["sum", "its sum"],
          ["max", "its highest"],
          ["avg", "its average"],
        ]}
      />
      {draft.aggregation === "peak_of_window" ? null : (
        <SelectField
          label="The period is"
          disabled={fixed}
          value={draft.outer}
          onChange={(value) => change({ outer: value as MeterDraft["outer"] })}
          problem={problems.get("/bucket/outer")}
          options={[
            ["percentile", "a percentile of them"],
            ["max", "the highest"],
            ["sum", "their sum"],
          ]}
        />
      )}
      {draft.aggregation === "bucketed" && draft.outer === "percentile" ? <PercentileField {...props} path="/bucket/percentile" /> : null}
    </div>
  );
}

function PercentileField({ draft, change, problems, fixed, path }: Props & { readonly path: string }) {
  return (
    <TextField
      label="Percentile"
      disabled={fixed}
      value={draft.percentile}
      onChange={(percentile) => change({ percentile })}
      problem={problems.get(path)}
      hint="Above 0, at most 100; nearest rank, exact"
    />
  );
}

/** What people see of it, and what late events do. */
export function ShownFields({ draft, change, problems, fixed }: Props) {
  return (
    <div className="grid gap-4 p-3 sm:p-5 md:grid-cols-2">
      <TextField
        label="Name"
        required
        value={draft.name}
        onChange={(name) => change({ name })}
        problem={problems.get("/name")}
        placeholder="Input tokens"
      />
      <TextField
        label="Key"
        required
        disabled={fixed}
        value={draft.key}
        onChange={(key) => change({ key })}
        problem={problems.get("/key")}
        placeholder="input_tokens"
        hint="What plans and programs call it; stays for ever"
      />
      <TextField
        label="Unit"
        value={draft.unit}
        onChange={(unit) => change({ unit })}
        problem={problems.get("/unit")}
        placeholder="token"
        hint="One of what is counted"
      />
      <TextField
        label="Decimals shown"
        type="number"
        value={draft.displayScale}
        onChange={(displayScale) => change({ displayScale })}
        problem={problems.get("/display_scale")}
        placeholder="all"
        hint="For people; nothing is rounded by it"
      />
      <SelectField
        label="Late events of an issued period"
        value={draft.late}
        onChange={(value) => change({ late: value as MeterDraft["late"] })}
        options={[
          ["correct", "Correct the bill"],
          ["reject", "Are refused"],
        ]}
      />
      {fixed ? null : (
        <SelectField
          label="Events stored already"
          value={draft.backfill ? "yes" : "no"}
          onChange={(value) => change({ backfill: value === "yes" })}
          options={[
            ["yes", "Are counted too"],
            ["no", "Are left out: only from now on"],
          ]}
        />
      )}
    </div>
  );
}

function seen(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `Seen: ${names.join(", ")}`;
}
