import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useState } from "react";
import { eventsQuery } from "../api/events";
import { evaluationQuery, type EventType } from "../api/meters";
import { customersQuery } from "../api/queries";
import { Button } from "../components/button";
import { CountedValue } from "../components/counted-value";
import { DataTable } from "../components/data-table";
import { CodeField, TextField } from "../components/field";
import { groupText } from "../components/group-text";
import { Panel, ProblemNotice, problemsByPath } from "../components/page";
import { QuantityText } from "../components/quantity-text";
import { StatusBadge } from "../components/status-badge";
import { definitionOf, type MeterDraft, sampleOf } from "./meter-draft";

const EVENTS_LOADED = 20;
const TYPING_MS = 300;

type Props = {
  readonly draft: MeterDraft;
  readonly type: EventType | undefined;
  /** What the API said about the definition, by the path of the field. */
  readonly onProblems: (problems: ReadonlyMap<string, string>) => void;
};

/** Tries the meter on events while it is being written; the API itself says what each would count. */
export function MeterTrial({ draft, type, onProblems }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const events = typed ?? sampleOf(type, draft);
  const settled = useSettled(JSON.stringify({ definition: definitionOf(draft), events }));
  const asked = JSON.parse(settled) as { definition: ReturnType<typeof definitionOf>; events: string };
  const isJson = isJsonList(asked.events);
  const evaluation = useQuery({
    ...evaluationQuery(asked.definition, asked.events),
    enabled: isJson && asked.definition.event_type !== "",
  });
  const { error } = evaluation;
  useEffect(() => {
    const problems = problemsByPath(error);
    onProblems(new Map([...problems].map(([path, message]) => [path.replace(/^\/definition/, ""), message])));
  }, [error, onProblems]);
  const outcome = evaluation.isError ? undefined : evaluation.data;
  return (
    <Panel title="Try it on these events">
      <div className="grid gap-4 p-3 sm:p-5 lg:grid-cols-2">
        <div className="min-w-0">
          <CodeField
            label="Events (a JSON list)"
            rows={10}
            value={events}
            onChange={setTyped}
            problem={isJson ? undefined : "Not a JSON list yet."}
            hint="Each with properties; time and type where they matter. Nothing is stored."
          />
          <LoadEvents eventType={draft.eventType} onLoaded={setTyped} />
        </div>
        <div className="min-w-0" aria-live="polite">
          {evaluation.isError ? <ProblemNotice error={evaluation.error} /> : null}
          {outcome === undefined ? (
            evaluation.isError ? null : (
              <p className="py-6 text-sm text-muted">Name an event type to see what each event would count.</p>
            )
          ) : (
            <>
              <p className="mb-2 text-sm">
                In total <strong className="text-lg">{outcome.total === null ? "nothing" : <QuantityText value={outcome.total} />}</strong>{" "}
                <span className="text-muted">{draft.unit}</span>
              </p>
              {outcome.groups.length < 2 ? null : (
                <ul className="mb-3 space-y-0.5 text-sm">
                  {outcome.groups.map(({ group, value }) => (
                    <li key={JSON.stringify(group)} className="flex justify-between gap-3">
                      <span className="text-muted wrap-anywhere">{groupText(group)}</span>
                      {value === null ? "nothing" : <QuantityText value={value} />}
                    </li>
                  ))}
                </ul>
              )}
              <div className="-mx-3 max-h-64 overflow-y-auto sm:-mx-5 lg:mx-0">
                <DataTable
                  rows={outcome.events}
                  rowKey={({ index }) => String(index)}
                  columns={[
                    { title: "Event", cell: ({ index }) => index + 1 },
                    {
                      title: "Outcome",
                      cell: ({ status, detail, group }) =>
                        status === "problem" ? (
                          <span className="text-bad">{detail}</span>
                        ) : (
                          <>
                            <StatusBadge status={status.replace("_", " ")} />{" "}
                            <span className="text-xs text-muted">{groupText(group ?? {})}</span>
                          </>
                        ),
                    },
                    { title: "Value", right: true, cell: ({ value }) => (value === undefined ? "–" : <CountedValue value={value} />) },
                  ]}
                />
              </div>
            </>
          )}
        </div>
      </div>
    </Panel>
  );
}

function LoadEvents({ eventType, onLoaded }: { readonly eventType: string; readonly onLoaded: (events: string) => void }) {
  const client = useQueryClient();
  const customers = useQuery(customersQuery(undefined));
  const [customer, setCustomer] = useState("");
  const [said, setSaid] = useState<string | undefined>();
  const load = async (): Promise<void> => {
    try {
      const { data } = await client.fetchQuery(eventsQuery({ customer, type: eventType, limit: EVENTS_LOADED }));
      setSaid(data.length === 0 ? `${customer} has sent no ${eventType}.` : undefined);
      if (data.length > 0) onLoaded(`[\n${data.map(({ time, properties }) => `  ${JSON.stringify({ time, properties })}`).join(",\n")}\n]`);
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <div className="mt-3 flex items-start gap-2">
      <div className="flex-1">
        <TextField
          label="Or real events of"
          placeholder="customer key"
          value={customer}
          onChange={setCustomer}
          suggestions={customers.data?.data.map(({ key }) => key) ?? []}
          problem={said}
        />
      </div>
      <Button className="mt-6" disabled={customer === "" || eventType === ""} onClick={() => void load()}>
        Take the latest {EVENTS_LOADED}
      </Button>
    </div>
  );
}

/** The value once typing has paused. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return useDeferredValue(settled);
}

function isJsonList(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}
