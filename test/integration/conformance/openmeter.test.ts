import { type Api, sandbox, type WireEvent } from "#test/support/api";
import { customer } from "#test/support/catalog";
import { replayFigures } from "#test/support/conformance";
import { send } from "#test/support/usage-forms";

type Totals = { readonly data: readonly { readonly start: string; readonly end: string; readonly value: string }[] };
type Aggregated = { aggregation: string; value_property: string | null; events: { offset_s: number; data: Record<string, unknown> }[] };
type Windowed = {
  aggregation: string;
  value_property: string;
  subjects: number;
  value: string;
  offsets_s: number[];
  t: string;
  window: string | null;
};
type Days = { time_zone: string; window: string; event_times: string[]; from: string; to: string };
type Bodies = { aggregation: string; value_property: string; bodies: object[] };

const T = "2024-05-06T00:00:00Z";
const second = (start: string, seconds: number): string => new Date(Date.parse(start) + seconds * 1_000).toISOString();

/** Their `$.a` is our `a`. */
const meterOf = (api: Api, aggregation: string, property: string | null) =>
  api.post("/v1/meters", {
    key: "usage",
    name: "Usage",
    event_type: "used",
    aggregation: aggregation.toLowerCase(),
    ...(property === null ? {} : { value_property: property.replace("$.", "") }),
  });

const totals = async (api: Api, query: string) => (await api.get<Totals>(`/v1/meters/usage/query?${query}`)).data;

async function aggregated({ aggregation, value_property, events }: Aggregated) {
  const api = await sandbox("2024-05-06T01:00:00Z");
  await meterOf(api, aggregation, value_property);
  await customer(api, "acme");
  await api.record(
    events.map(({ offset_s, data }, index): WireEvent => ({
      id: String(index),
      type: "used",
      customer: "acme",
      time: second(T, offset_s),
      data,
    })),
  );
  const rows = await totals(api, `customer=acme&from=${second(T, -3_600)}&to=${second(T, 120)}`);
  // Their figures are doubles; ours is compared as the nearest double.
  return { rows: rows.length, value: Number(rows[0]?.value) };
}

/** A value lies outside of the range that is asked for, so that the answer is about nothing and not of nobody. */
async function empty({ aggregation }: { aggregation: string }) {
  const api = await sandbox("2024-05-06T01:00:00Z");
  await meterOf(api, aggregation, "$.value");
  await customer(api, "acme");
  await api.record([{ id: "before", type: "used", customer: "acme", time: T, data: { value: 7 } }]);
  return { rows: (await totals(api, `customer=acme&from=${second(T, 60)}&to=${second(T, 120)}`)).length };
}

async function windowed({ aggregation, value_property, subjects, value, offsets_s, t, window }: Windowed) {
  const api = await sandbox("2024-05-08T00:00:00Z");
  await meterOf(api, aggregation, value_property);
  const names = Array.from({ length: subjects }, (_, index) => `customer-${index + 1}`);
  await Promise.all(names.map((name) => customer(api, `of-${name}`, { subjects: [name] })));
  await api.record(
    names.flatMap((subject) =>
      offsets_s.map((offset): WireEvent => ({
        id: `${offset}`,
        type: "used",
        subject,
        time: second(t, offset),
        data: { duration_ms: value },
      })),
    ),
  );
  const rows = await totals(api, window === null ? "" : `window=${window.toLowerCase()}`);
  return { rows: rows.map(({ start, end, value }) => ({ value: Number(value), window_start: start, window_end: end })) };
}

async function days({ time_zone, window, event_times, from, to }: Days) {
  const api = await sandbox("2025-11-07T00:00:00Z");
  await meterOf(api, "COUNT", null);
  await customer(api, "acme");
  await api.record(event_times.map((time): WireEvent => ({ id: time, type: "used", customer: "acme", time })));
  const query = new URLSearchParams({ customer: "acme", window: window.toLowerCase(), time_zone, from, to });
  const rows = await totals(api, query.toString());
  const [start = "", end = ""] = [rows[3]?.start, rows[3]?.end];
  return {
    rows: rows.length,
    row_index_3: {
      window_start: withOffset(start, -7),
      window_end: withOffset(end, -8),
      length_hours: (Date.parse(end) - Date.parse(start)) / 3_600_000,
    },
    rows_contiguous: rows.every((row, index) => index === 0 || row.start === rows[index - 1]?.end),
  };
}

/** The same instant in their notation: local time with its offset. */
function withOffset(time: string, hours: number): string {
  return `${second(time, hours * 3_600).slice(0, 19)}-0${-hours}:00`;
}

async function odd({ aggregation, value_property, bodies }: Bodies) {
  const api = await sandbox("2024-05-06T01:00:00Z");
  await meterOf(api, aggregation, value_property);
  await customer(api, "acme");
  const statuses: number[] = [];
  for (const [index, body] of bodies.entries()) {
    const event = { specversion: "1.0", id: String(index), source: "test", type: "used", subject: "acme", time: T, ...body };
    const { status, body: answer } = await send(api, "/v1/events", {
      body: JSON.stringify(event),
      headers: { "content-type": "application/cloudevents+json" },
    });
    // Their 204 says that an event was taken. Ours is a 200 that also says what became of it (design 6).
    statuses.push(status === 200 && answer.accepted === 1 ? 204 : status);
  }
  const { data } = await api.get<{ data: { unmatched: string | null }[] }>("/v1/events?customer=acme");
  return {
    statuses,
    sum: Number((await totals(api, "customer=acme"))[0]?.value),
    events_listed: data.length,
    events_listed_with_validation_error: data.filter(({ unmatched }) => unmatched === "value").length,
  };
}

replayFigures({
  file: "openmeter",
  whole: ["meter-aggregation", "meter-window", "ingest"],
  replays: {
    "meter-aggregation": (given: Aggregated | { aggregation: string }) => ("events" in given ? aggregated(given) : empty(given)),
    "meter-window": (given: Windowed | Days) => ("event_times" in given ? days(given) : windowed(given)),
    ingest: odd,
  },
  differences: {},
});
