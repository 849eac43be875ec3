import type { Call } from "./load.ts";
import type { Stage } from "./stage.ts";

/** Something that is measured: one entry, one line of the report. */
export type Target = {
  readonly name: string;
  /** Which Worker answers. */
  readonly at: "floors" | "api";
  /** Usage events in one call, where it carries any. */
  readonly events?: number;
  /** Makes the calls of one run; `run` is different for every run, so that nothing is sent twice by accident. */
  readonly calls: (stage: Stage, run: string) => () => Call;
};

/** One that has usage: the first ingest target counts for it. */
const CHECKED = 1;
const everyone = Array.from({ length: 100 }, (_, index) => index);

/** The first two are the floors: every figure is a ratio to them in the same round. */
export const FLOORS = ["hello", "empty rpc"] as const;

export const targets: readonly Target[] = [
  { name: "hello", at: "floors", calls: (stage) => always(stage.request("GET", "/hello"), "hello") },
  { name: "empty rpc", at: "floors", calls: (stage) => always(stage.request("GET", "/empty"), "hello") },
  { name: "check metered", at: "api", calls: (stage) => check(stage, "calls") },
  { name: "check boolean", at: "api", calls: (stage) => check(stage, "sso") },
  { name: "ingest 1 × 1 customer", at: "api", events: 1, calls: (stage, run) => ingest(stage, run, { events: 1, customers: [1] }) },
  { name: "ingest 100 × 1 customer", at: "api", events: 100, calls: (stage, run) => ingest(stage, run, { events: 100, customers: [2] }) },
  {
    name: "ingest 1000 × 1 customer",
    at: "api",
    events: 1_000,
    calls: (stage, run) => ingest(stage, run, { events: 1_000, customers: [3] }),
  },
  {
    name: "ingest 100 × 100 customers",
    at: "api",
    events: 100,
    calls: (stage, run) => ingest(stage, run, { events: 100, customers: everyone }),
  },
];

function always(bytes: Buffer, answer: string): () => Call {
  const call = { bytes, answer };
  return () => call;
}

function check(stage: Stage, feature: string): () => Call {
  return always(stage.request("POST", "/v1/check", JSON.stringify({ customer: stage.customer(CHECKED), feature })), '"allowed":true');
}

/** Stands in a body where the number of the call goes; as long as that number. */
const PLACE = "############";

/** Every call has new events; the body is written once and only the ids change. */
function ingest(stage: Stage, run: string, { events, customers }: { events: number; customers: readonly number[] }): () => Call {
  const body = JSON.stringify(
    Array.from({ length: events }, (_, index) => ({
      id: `${run}-${PLACE}-${index}`,
      source: "bench",
      type: "llm.request",
      customer: stage.customer(customers[index % customers.length] ?? 0),
      time: stage.eventTime,
      properties: { context_tokens: 2_048, generated_tokens: 27, model: "large" },
    })),
  );
  const template = stage.request("POST", "/v1/events", body).toString("latin1");
  const answer = `"accepted":${events},`;
  let sent = 0;
  return () => {
    sent += 1;
    return { bytes: Buffer.from(template.replaceAll(PLACE, String(sent).padStart(PLACE.length, "0")), "latin1"), answer };
  };
}
