import type { Call } from "./load.ts";
import { type METERS_AN_EVENT, type Stage, typeOf } from "./stage.ts";

/** Something that is measured: one entry, one line of the report. */
export type Target = {
  readonly name: string;
  /** Which Worker answers. */
  readonly at: "floors" | "api";
  /** Usage events in one call, where it carries any. */
  readonly events?: number;
  /** Measured at these numbers of connections only. */
  readonly connections?: readonly number[];
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
  ...[1, 100, 1_000].map((events) => ingestTarget({ events, customers: [2], meters: 1 })),
  ingestTarget({ events: 100, customers: everyone, meters: 1 }),
  ...([3, 10] as const).flatMap((meters) =>
    [1, 100, 1_000].map((events) => ingestTarget({ events, customers: [meters], meters, connections: [16] })),
  ),
  ...([3, 10] as const).map((meters) => ingestTarget({ events: 100, customers: everyone, meters, connections: [16] })),
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

type Ingest = {
  readonly events: number;
  readonly customers: readonly number[];
  /** How many meters count each event. */
  readonly meters: (typeof METERS_AN_EVENT)[number];
};

function ingestTarget({ connections, ...ingested }: Ingest & { readonly connections?: readonly number[] }): Target {
  const { events, customers, meters } = ingested;
  return {
    name: `ingest ${events} × ${customers.length} customer${customers.length > 1 ? "s" : ""}, ${meters} meter${meters > 1 ? "s" : ""}`,
    at: "api",
    events,
    ...(connections === undefined ? {} : { connections }),
    calls: (stage, run) => ingest(stage, run, ingested),
  };
}

/** Every call has new events; the body is written once and only the ids change. */
export function ingest(stage: Stage, run: string, { events, customers, meters }: Ingest): () => Call {
  const body = JSON.stringify(
    Array.from({ length: events }, (_, index) => ({
      id: `${run}-${PLACE}-${index}`,
      source: "bench",
      type: typeOf(meters),
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
