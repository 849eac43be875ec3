import { Trash2 } from "lucide-react";
import { Button } from "../components/button";
import { SelectField, TextField } from "../components/field";
import { type FilterDraft, type MeterDraft, OPERATORS } from "./meter-draft";

type Props = {
  readonly draft: MeterDraft;
  readonly change: (fields: Partial<MeterDraft>) => void;
  readonly problems: ReadonlyMap<string, string>;
  /** Properties that have been seen. */
  readonly names: readonly string[];
};

/** Which events of the type are counted. */
export function MeterFilters({ draft, change, problems, names }: Props) {
  const set = (index: number, fields: Partial<FilterDraft>): void =>
    change({ filters: draft.filters.map((filter, at) => (at === index ? { ...filter, ...fields } : filter)) });
  return (
    <fieldset className="min-w-0 md:col-span-2">
      <legend className="text-sm font-medium">Count only where</legend>
      {draft.filters.length === 0 ? <p className="mt-1 text-xs text-muted">Every event of the type is counted.</p> : null}
      {draft.filters.map((filter, index) => (
        // The order is all that tells two rows apart.
        // oxlint-disable-next-line no-array-index-key
        <div key={index} className="mt-2 grid grid-cols-[1fr_auto] items-start gap-2 sm:grid-cols-[1fr_8rem_1fr_auto]">
          <TextField
            label="Property"
            value={filter.property}
            suggestions={names}
            onChange={(property) => set(index, { property })}
            problem={problems.get(`/filters/${index}/property`)}
          />
          <SelectField
            label="Holds"
            value={filter.operator}
            onChange={(value) => set(index, { operator: value as FilterDraft["operator"] })}
            options={OPERATORS.map((operator) => [operator, operator.replace("_", " ")])}
          />
          <FilterValue filter={filter} set={(value) => set(index, { value })} problem={problemUnder(problems, `/filters/${index}/value`)} />
          <Button
            className="mt-6 justify-self-end"
            aria-label={`Remove filter ${index + 1}`}
            onClick={() => change({ filters: draft.filters.filter((_, at) => at !== index) })}
          >
            <Trash2 size={16} aria-hidden />
          </Button>
        </div>
      ))}
      <Button
        className="mt-2"
        onClick={() => change({ filters: [...draft.filters, { property: names[0] ?? "", operator: "=", value: "" }] })}
      >
        Add a filter
      </Button>
    </fieldset>
  );
}

type FilterValueProps = { readonly filter: FilterDraft; readonly set: (value: string) => void; readonly problem: string | undefined };

function FilterValue({ filter: { operator, value }, set, problem }: FilterValueProps) {
  if (operator === "exists")
    return (
      <SelectField
        label="Value"
        value={value === "false" ? "false" : "true"}
        onChange={set}
        options={[
          ["true", "present"],
          ["false", "absent"],
        ]}
      />
    );
  const several = operator === "in" || operator === "not_in";
  return <TextField label={several ? "Values, with commas" : "Value"} value={value} onChange={set} problem={problem} />;
}

/** The first problem at a place or inside it. */
export function problemUnder(problems: ReadonlyMap<string, string>, path: string): string | undefined {
  return (
    [...problems].find(([at]) => at === path || at.startsWith(`${path}s/`) || at.startsWith(`${path}/`))?.[1] ?? problems.get(`${path}s`)
  );
}
