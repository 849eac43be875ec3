import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Aggregation } from "#domain/catalog/meter";
import { aggregate } from "#domain/metering/aggregate";
import { bucketsBetween, bucketStart } from "#domain/metering/bucket";
import type { JsonValue, UsageEvent } from "#domain/metering/usage-event";
import { validateEvent } from "#domain/metering/validate-event";
import { decimalText } from "#domain/money/decimal";
import { formatInstant } from "#domain/time/instant";
import { UTC, type Zone } from "#domain/time/zone";
import { at, event, MAY, meter, property, WHOLE_MAY } from "#test/domain/metering/given";

/** Records of what other billing systems assert in their suites, where they are at hand. */
const RECORDS = "../shared/conformance";

type Case = {
  readonly id: string;
  readonly file: string;
  readonly figures: Record<string, unknown>;
  readonly ours: () => Record<string, unknown>;
};

/** Their figures are doubles; ours are compared as the nearest double. */
function nearest(aggregation: Aggregation, events: readonly UsageEvent[]): { rows: number; value?: number } {
  const value = aggregate(meter(aggregation), events, { reading: WHOLE_MAY, zone: UTC });
  return value === null ? { rows: 0 } : { rows: 1, value: Number(decimalText(value)) };
}

const mixed: readonly UsageEvent[] = [
  { value: 123, name: 1 },
  { value: "0.4567890123456789", name: "a" },
  { value: null, name: null },
].map((properties, second) => event(properties, MAY + second * 1_000));

const openmeterAggregations: readonly Case[] = [
  { id: "om-mtr-agg-sum", figures: { rows: 1, value: 123.45678901234568 }, ours: () => nearest({ type: "sum", value: property }, mixed) },
  { id: "om-mtr-agg-count", figures: { rows: 1, value: 3 }, ours: () => nearest({ type: "count" }, mixed) },
  { id: "om-mtr-agg-min", figures: { rows: 1, value: 0.4567890123456789 }, ours: () => nearest({ type: "min", value: property }, mixed) },
  { id: "om-mtr-agg-max", figures: { rows: 1, value: 123 }, ours: () => nearest({ type: "max", value: property }, mixed) },
  { id: "om-mtr-empty-avg", figures: { rows: 0 }, ours: () => nearest({ type: "avg", value: property }, []) },
  { id: "om-mtr-empty-min", figures: { rows: 0 }, ours: () => nearest({ type: "min", value: property }, []) },
  { id: "om-mtr-empty-max", figures: { rows: 0 }, ours: () => nearest({ type: "max", value: property }, []) },
].map((one) => ({ ...one, file: "openmeter" }));

const T = at("2024-05-06T00:00:00Z");
const fiveSubjects: readonly UsageEvent[] = [0, 60_000, 3_600_000, 86_400_000].flatMap((later) =>
  Array.from({ length: 5 }, () => event({ value: "100" }, T + later)),
);

/** One row a window in which there is usage, as they show it. */
function minuteRows(): Record<string, unknown>[] {
  const minute = { unit: "minute", count: 1 } as const;
  const starts = [...new Set(fiveSubjects.map(({ time }) => bucketStart(time, minute, UTC)))];
  return starts.map((start) => {
    const window = { start, end: start + 60_000 };
    const value = aggregate(meter({ type: "sum", value: property }), fiveSubjects, { reading: { window, until: window.end }, zone: UTC });
    return { value: value && Number(decimalText(value)), window_start: formatInstant(start), window_end: formatInstant(window.end) };
  });
}

function autumnDays(): Record<string, unknown> {
  const period = { start: at("2025-10-30T00:00:00-07:00"), end: at("2025-11-06T00:00:00-08:00") };
  const rows = [...bucketsBetween(period, { unit: "day", count: 1 }, "America/Los_Angeles" as Zone)];
  const [start = 0, end = 0] = [rows[3]?.start, rows[3]?.end];
  return {
    rows: rows.length,
    row_index_3: { window_start: formatInstant(start), window_end: formatInstant(end), length_hours: (end - start) / 3_600_000 },
    rows_contiguous: rows.every((row, index) => index === 0 || row.start === rows[index - 1]?.end),
  };
}

function oddEvents(): Record<string, unknown> {
  const fields: readonly JsonValue[] = [
    { data: null },
    {},
    { data: {} },
    { data: { value: "NaN" } },
    { data: { value: "Inf" } },
    { data: { value: "100" } },
  ];
  const read = fields.map((field) =>
    validateEvent({ id: "1", type: "used", subject: "s", ...(field as Record<string, JsonValue>) }, { source: "key", now: MAY }),
  );
  const events = read.flatMap((one) => (one.ok ? [one.value.event] : []));
  return { events_listed: events.length, sum: nearest({ type: "sum", value: property }, events).value };
}

const openmeterWindows: readonly Case[] = [
  {
    id: "om-mtr-minute",
    figures: {
      rows: [
        { value: 500, window_start: "2024-05-06T00:00:00Z", window_end: "2024-05-06T00:01:00Z" },
        { value: 500, window_start: "2024-05-06T00:01:00Z", window_end: "2024-05-06T00:02:00Z" },
        { value: 500, window_start: "2024-05-06T01:00:00Z", window_end: "2024-05-06T01:01:00Z" },
        { value: 500, window_start: "2024-05-07T00:00:00Z", window_end: "2024-05-07T00:01:00Z" },
      ],
    },
    ours: () => ({ rows: minuteRows() }),
  },
  {
    id: "om-mtr-dst-autumn",
    figures: {
      rows: 7,
      // On record with their offsets: midnight of the 2nd at -07:00, of the 3rd at -08:00.
      row_index_3: { window_start: "2025-11-02T07:00:00Z", window_end: "2025-11-03T08:00:00Z", length_hours: 25 },
      rows_contiguous: true,
    },
    ours: autumnDays,
  },
  { id: "om-mtr-invalid-events", figures: { events_listed: 6, sum: 100 }, ours: oddEvents },
].map((one) => ({ ...one, file: "openmeter" }));

/** Units as Lago shows them: a share of the period, rounded up at five decimals. */
function unitsOfSeat(levels: readonly (readonly [string, number])[], until: string): number {
  const window = { start: at("2022-07-09T00:00:00Z"), end: at("2022-08-09T00:00:00Z") };
  const seats = meter({ type: "time_weighted", value: property, unit: "day" }, { dimensions: ["seat"] });
  const events = levels.map(([time, value]) => event({ value, seat: "ada" }, at(time)));
  const days = aggregate(seats, events, { reading: { window, until: at(until) }, zone: UTC });
  return Math.ceil((Number(days && decimalText(days)) / 31) * 100_000) / 100_000;
}

const lago: readonly Case[] = [
  {
    id: "weighted-sum-single",
    figures: { units: 1000 },
    ours: () => {
      const window = { start: at("2023-08-01T00:00:00Z"), end: at("2023-09-01T00:00:00Z") };
      const level = meter({ type: "time_weighted", value: property, unit: "window" });
      const value = aggregate(level, [event({ value: 1_000 }, window.start)], { reading: { window, until: window.end }, zone: UTC });
      return { units: value && Number(decimalText(value)) };
    },
  },
  {
    id: "unique-prorated-terminated",
    figures: { units: 0.51613 },
    ours: () => ({ units: unitsOfSeat([["2022-06-09T00:00:00Z", 1]], "2022-07-25T00:00:00Z") }),
  },
  {
    id: "unique-prorated-started-late",
    figures: { units: 0.25807 },
    ours: () => ({ units: unitsOfSeat([["2022-08-01T00:00:00Z", 1]], "2022-08-09T00:00:00Z") }),
  },
  {
    id: "unique-prorated-added-and-removed",
    figures: { units: 0.93549 },
    // They count the day of removal: the level falls when it is over.
    ours: () => ({
      units: unitsOfSeat(
        [
          ["2022-07-10T00:00:00Z", 1],
          ["2022-08-08T00:00:00Z", 0],
        ],
        "2022-08-09T00:00:00Z",
      ),
    }),
  },
].map((one) => ({ ...one, file: "lago" }));

const cases = [...openmeterAggregations, ...openmeterWindows, ...lago];

describe("the figures of others come out the same", () => {
  test.each(cases)("$id", ({ figures, ours }) => {
    expect(ours()).toEqual(figures);
  });
});

type Recorded = { readonly id: string; readonly area: string; readonly expect: Record<string, unknown> };

describe.skipIf(!existsSync(RECORDS))("and are the figures on record", () => {
  const records = (file: string): Recorded[] => JSON.parse(readFileSync(`${RECORDS}/${file}.json`, "utf8")) as Recorded[];

  test.each(cases)("$id", ({ id, file, figures }) => {
    const onRecord = records(file).find((record) => record.id === id)?.expect;
    expect(instantsOf(onRecord)).toMatchObject(figures);
  });

  test("none of the aggregations' records is left out", () => {
    const pure = { openmeter: ["meter-aggregation"], lago: ["aggregation_weighted_sum", "aggregation_unique_count_prorated"] };
    const wanted = Object.entries(pure).flatMap(([file, areas]) => records(file).filter(({ area }) => areas.includes(area)));
    expect(wanted.map(({ id }) => id).filter((id) => !cases.some((one) => one.id === id))).toEqual([]);
  });
});

/** A record with every time in UTC. */
function instantsOf(record: unknown): unknown {
  return JSON.parse(JSON.stringify(record), (_, value: unknown) =>
    typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? formatInstant(at(value)) : value,
  );
}
