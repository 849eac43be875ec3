import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { dataOf } from "#sdk/client";
import { eventTypesQuery, type Meter, meterQuery } from "../api/meters";
import { api } from "../api/session";
import { Button } from "../components/button";
import { Confirm } from "../components/confirm";
import { meterWords } from "../components/meter-words";
import { LoadedPage, PageHeader, Panel, ProblemNotice, problemsByPath } from "../components/page";
import { changeOf, draftOf, emptyDraft, inputOf, type MeterDraft } from "./meter-draft";
import { DefinitionFields, ShownFields } from "./meter-fields";
import { MeterTrial } from "./meter-trial";

/** A new meter, from nothing or from a type of event that arrives. */
export function NewMeterPage() {
  const { event_type } = useSearch({ from: "/meters/new" });
  const types = useQuery(eventTypesQuery());
  return (
    <LoadedPage title="New meter" query={types}>
      {() => <MeterForm meter={null} begin={emptyDraft(event_type ?? "")} />}
    </LoadedPage>
  );
}

export function ChangeMeterPage() {
  const { meter: key } = useParams({ from: "/meters/$meter/edit" });
  const meter = useQuery({ ...meterQuery(key), refetchOnWindowFocus: false });
  return (
    <LoadedPage title="Change meter" query={meter}>
      {(found) => <MeterForm meter={found} begin={draftOf(found)} />}
    </LoadedPage>
  );
}

function MeterForm({ meter, begin }: { readonly meter: Meter | null; readonly begin: MeterDraft }) {
  const [draft, setDraft] = useState(begin);
  const [asking, setAsking] = useState(false);
  const [said, setSaid] = useState<ReadonlyMap<string, string>>(new Map());
  const navigate = useNavigate();
  const client = useQueryClient();
  const types = useQuery(eventTypesQuery());
  const call = (preview: "true" | "false"): Promise<Meter> => {
    const query = { preview };
    return dataOf(
      meter === null
        ? api().POST("/v1/meters", { params: { query }, body: inputOf(draft) })
        : api().POST("/v1/meters/{meter}/change", { params: { path: { meter: meter.key }, query }, body: changeOf(meter, draft) }),
    );
  };
  // What would be refused is said beside its field, before the question.
  const check = useMutation({ mutationFn: () => call("true"), onSuccess: () => setAsking(true) });
  const save = useMutation({
    mutationFn: () => call("false"),
    onSuccess: async ({ key }) => {
      await client.invalidateQueries();
      await navigate({ to: "/meters/$meter", params: { meter: key }, search: {} });
    },
    onError: () => setAsking(false),
  });
  const problems = new Map([...said, ...problemsByPath(save.error ?? check.error)]);
  const change = (fields: Partial<MeterDraft>): void => {
    save.reset();
    check.reset();
    setDraft((before) => ({ ...before, ...fields }));
  };
  const type = types.data?.data.find(({ type }) => type === draft.eventType);
  const fields = { draft, change, problems, fixed: meter !== null, type, types: types.data?.data ?? [] };
  return (
    <>
      <PageHeader title={meter === null ? "New meter" : `Change ${meter.name}`} detail={sentence(draft)} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          check.mutate();
        }}
      >
        <Panel title="What it counts">
          <DefinitionFields {...fields} />
        </Panel>
        <MeterTrial draft={draft} type={type} onProblems={setSaid} />
        <Panel title="What it is called">
          <ShownFields {...fields} />
        </Panel>
        {save.isError ? <ProblemNotice error={save.error} /> : null}
        {check.isError ? <ProblemNotice error={check.error} /> : null}
        <div className="flex justify-end">
          <Button type="submit" tone="primary" disabled={check.isPending || save.isPending}>
            {meter === null ? "Create meter" : "Save changes"}
          </Button>
        </div>
      </form>
      {asking ? (
        <Confirm
          title={meter === null ? `Create ${draft.name}?` : `Change ${meter.name}?`}
          action={meter === null ? "Create" : "Change"}
          pending={save.isPending}
          ready={meter === null || Object.keys(changeOf(meter, draft)).length > 0}
          error={null}
          onConfirm={() => save.mutate()}
          onClose={() => setAsking(false)}
        >
          {meter === null ? <CreationNotes draft={draft} /> : <ChangeNotes meter={meter} draft={draft} />}
        </Confirm>
      ) : null}
    </>
  );
}

function sentence(draft: MeterDraft): string {
  return `${wordsOf(draft)}, of events ${draft.eventType === "" ? "…" : draft.eventType}`;
}

function wordsOf(draft: MeterDraft): string {
  const { aggregation, value, percentile, timeUnit, bucketUnit: unit, bucketCount, inner, outer } = draft;
  return meterWords({
    aggregation,
    value_property: value === "" ? null : value,
    value_expression: null,
    percentile,
    time_unit: timeUnit,
    bucket: {
      window: { unit, count: Number(bucketCount) },
      aggregation: inner,
      outer: aggregation === "peak_of_window" ? "max" : outer,
      percentile,
    },
  });
}

function CreationNotes({ draft }: { readonly draft: MeterDraft }) {
  return (
    <>
      <p>
        It counts the {wordsOf(draft)} of <code>{draft.eventType}</code>, under the key <code>{draft.key}</code>.
      </p>
      <p className="mt-2 text-muted">
        {draft.backfill ? "Events that are stored already are counted too." : "Only events from now on are counted."} The key, the event
        type and the aggregation stay for ever. No bill changes before a plan prices it.
      </p>
    </>
  );
}

function ChangeNotes({ meter, draft }: { readonly meter: Meter; readonly draft: MeterDraft }) {
  const changed = Object.keys(changeOf(meter, draft));
  if (changed.length === 0) return <p>Nothing differs from what it is.</p>;
  const reads = changed.some((field) => ["value_property", "value_expression", "filters", "dimensions"].includes(field));
  return (
    <>
      <p>This changes: {changed.map((field) => field.replaceAll("_", " ")).join(", ")}.</p>
      <p className="mt-2 text-muted">
        {reads
          ? "Events from now on are read the new way; earlier ones count as they did, so no bill of the past changes."
          : "How events are counted stays as it is."}
      </p>
    </>
  );
}
