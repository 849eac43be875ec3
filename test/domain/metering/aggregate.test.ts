import { describe, expect, it } from "vitest";
import type { Aggregation, Meter } from "#domain/catalog/meter";
import { aggregate } from "#domain/metering/aggregate";
import type { Reading } from "#domain/metering/algebra";
import type { UsageEvent } from "#domain/metering/usage-event";
import { decimalText } from "#domain/money/decimal";
import { UTC, type Zone } from "#domain/time/zone";
import { at, event, JUNE, MAY, meter, property, valuesAt, WHOLE_MAY } from "#test/domain/metering/given";

type Scope = { readonly reading?: Reading; readonly zone?: Zone; readonly group?: string };

function total(
  given: Aggregation | Meter,
  events: readonly UsageEvent[],
  { reading = WHOLE_MAY, zone = UTC, ...rest }: Scope = {},
): string | null {
  const value = aggregate("definitions" in given ? given : meter(given), events, { reading, zone, ...rest });
  return value && decimalText(value);
}

const values = (...all: readonly (string | number)[]): UsageEvent[] => all.map((value, index) => event({ value }, MAY + index));

describe("a meter's value", () => {
  it.each<[Aggregation["type"], string]>([
    ["count", "4"],
    ["sum", "10"],
    ["min", "1"],
    ["max", "4"],
    ["avg", "2.5"],
    ["latest", "3"],
    ["unique_count", "4"],
    ["percentile", "2"],
  ])("by %s of 4, 1, 2, 3 is %s", (type, expected) => {
    expect(total({ type, value: property, percentile: "50" } as Aggregation, values(4, 1, 2, 3))).toBe(expected);
  });

  it.each<[Aggregation, string | null]>([
    [{ type: "count" }, "0"],
    [{ type: "sum", value: property }, "0"],
    [{ type: "unique_count", value: property }, "0"],
    [{ type: "time_weighted", value: property, unit: "hour" }, "0"],
    [bucketedBy("sum", { type: "sum" }), "0"],
    [bucketedBy("sum", { type: "percentile", percentile: "95" }), "0"],
    [bucketedBy("sum", { type: "max" }), null],
    [{ type: "min", value: property }, null],
    [{ type: "max", value: property }, null],
    [{ type: "avg", value: property }, null],
    [{ type: "latest", value: property }, null],
    [{ type: "percentile", value: property, percentile: "95" }, null],
  ])("of nothing, by %j, is %s", (aggregation, expected) => {
    expect(total(aggregation, [])).toBe(expected);
  });

  it("is exact: 0.1 ten times is 1, and bytes go on past 10^19", () => {
    const sum: Aggregation = { type: "sum", value: property };

    expect(total(sum, values(...Array.from({ length: 10 }, () => 0.1)))).toBe("1");
    expect(total(sum, values("9999999999999999999", "1", "0.000000001"))).toBe("10000000000000000000.000000001");
    expect(total(sum, values("99999999999999999999999999999999999999", 1))).toBe("100000000000000000000000000000000000000");
  });

  it("by average is rounded once, half away from zero, at twelve places", () => {
    const average: Aggregation = { type: "avg", value: property };

    expect(total(average, values(1, 1, 2))).toBe("1.333333333333");
    expect(total(average, values(-1, -1, -3))).toBe("-1.666666666667");
    expect(total(average, values("0.000000000001", 0))).toBe("0.000000000001");
    expect(total(average, values("-0.000000000001", 0))).toBe("-0.000000000001");
  });

  it.each<[string, number, string]>([
    ["95", 20, "19"],
    ["100", 20, "20"],
    ["0.000000000001", 20, "1"],
    ["50", 1, "1"],
  ])("by percentile %s of 1 to %i is %s", (percentile, count, expected) => {
    const oneTo = Array.from({ length: count }, (_, index) => count - index);
    expect(total({ type: "percentile", value: property, percentile }, values(...oneTo))).toBe(expected);
  });

  it("by latest is of the greatest time, and of the later arrival at one time", () => {
    const events = valuesAt(
      ["2026-05-02T00:00:00Z", 1],
      ["2026-05-03T00:00:00Z", 2],
      ["2026-05-03T00:00:00Z", 3],
      ["2026-05-01T00:00:00Z", 4],
    );

    expect(total({ type: "latest", value: property }, events)).toBe("3");
  });

  it("leaves out what lies before the window, at its end, or cannot be read", () => {
    const events = [event({ value: 1 }, MAY - 1), event({ value: 2 }, MAY), event({ value: 4 }, JUNE - 1), event({ value: 8 }, JUNE)];

    expect(total({ type: "sum", value: property }, [...events, event({ value: "NaN" }), event({})])).toBe("6");
  });

  it("is told for one group, or for all together", () => {
    const grouped = meter({ type: "unique_count", value: property }, { dimensions: ["region"] });
    const events = [event({ value: "a", region: "eu" }), event({ value: "a", region: "us" }), event({ value: "b", region: "us" })];

    expect(total(grouped, events, { group: '{"region":"us"}' })).toBe("2");
    expect(total(grouped, events, { group: '{"region":"eu"}' })).toBe("1");
    expect(total(grouped, events)).toBe("2");
  });
});

describe("a level over time", () => {
  const gigabyteHours: Aggregation = { type: "time_weighted", value: property, unit: "hour" };

  it("counts from each sample to the next, and to the end", () => {
    const events = valuesAt(["2026-05-01T00:00:00Z", 10], ["2026-05-01T06:00:00Z", 4], ["2026-05-31T23:00:00Z", 0]);

    // 6 h of 10 and 737 h of 4.
    expect(total(gigabyteHours, events)).toBe("3008");
  });

  it("carries from before the window, over years of silence", () => {
    const events = valuesAt(["2019-01-01T00:00:00Z", 7], ["2019-02-01T00:00:00Z", 2]);

    expect(total(gigabyteHours, events)).toBe("1488");
    expect(total({ type: "time_weighted", value: property, unit: "window" }, events)).toBe("2");
  });

  it("changes exactly at the window's start when a sample lies there", () => {
    expect(total(gigabyteHours, valuesAt(["2019-01-01T00:00:00Z", 7], ["2026-05-01T00:00:00Z", 1]))).toBe("744");
  });

  it("has counted no further than now", () => {
    const reading = { window: WHOLE_MAY.window, until: at("2026-05-02T00:00:00Z") };
    const events = valuesAt(["2026-05-01T12:00:00Z", 3], ["2026-05-02T00:30:00Z", 100]);

    expect(total(gigabyteHours, events, { reading })).toBe("36");
    expect(total({ type: "time_weighted", value: property, unit: "window" }, events, { reading })).toBe("0.048387096774");
    expect(total(gigabyteHours, events, { reading: { window: reading.window, until: reading.window.end } })).toBe(
      total(gigabyteHours, events, { reading: { window: reading.window, until: reading.window.end + 1 } }),
    );
  });

  it("is exact to the millisecond where it ends, in any unit", () => {
    const events = valuesAt(["2026-05-01T00:00:00Z", "0.1"], ["2026-05-01T00:00:00.001Z", 0]);

    expect(total({ type: "time_weighted", value: property, unit: "second" }, events)).toBe("0.0001");
    expect(total(gigabyteHours, events)).toBe("0.000000027778");
    expect(total(gigabyteHours, valuesAt(["2026-05-01T00:00:00Z", 9], ["2026-05-01T00:00:00.001Z", 0]))).toBe("0.0000025");
    expect(total(gigabyteHours, valuesAt(["2026-05-01T00:00:00Z", "0.000000000009"], ["2026-05-01T00:00:00.001Z", 0]))).toBe(
      "0.0000000000000000025",
    );
  });

  it("of each group stands for itself, and their sum is the meter's", () => {
    const disks = meter(gigabyteHours, { dimensions: ["disk"] });
    const events = [
      event({ value: 10, disk: "a" }, at("2026-05-01T00:00:00Z")),
      event({ value: 1, disk: "b" }, at("2026-05-01T01:00:00Z")),
      event({ value: 0, disk: "a" }, at("2026-05-01T02:00:00Z")),
    ];

    expect(total(disks, events, { group: '{"disk":"a"}' })).toBe("20");
    expect(total(disks, events, { group: '{"disk":"b"}' })).toBe("743");
    expect(total(disks, events)).toBe("763");
  });

  it("ends when the meter is archived", () => {
    const archived = meter(gigabyteHours, { archivedAt: at("2026-05-01T05:00:00Z") });

    expect(total(archived, valuesAt(["2026-04-01T00:00:00Z", 2]))).toBe("10");
  });
});

describe("a value of buckets", () => {
  const fiveMinutes = { unit: "minute", count: 5 } as const;
  const bandwidth: Aggregation = {
    type: "bucketed",
    value: property,
    inner: "sum",
    window: fiveMinutes,
    outer: { type: "percentile", percentile: "95" },
  };
  const hour = { window: { start: MAY, end: MAY + 3_600_000 }, until: MAY + 3_600_000 };

  it("by the 95th percentile takes idle five minutes for zero", () => {
    const busy = (minutes: readonly number[]): UsageEvent[] =>
      minutes.map((minute) => event({ value: 100 + minute }, MAY + minute * 60_000));

    // Twelve buckets: the 95th percentile is the twelfth of an hour, and of two hours the 23rd of 24.
    expect(total(bandwidth, busy([0]), { reading: hour })).toBe("100");
    expect(total(bandwidth, busy([0]), { reading: { window: { start: MAY, end: MAY + 7_200_000 }, until: MAY + 7_200_000 } })).toBe("0");
    expect(total(bandwidth, busy([0, 1, 7]), { reading: { window: { start: MAY, end: MAY + 7_200_000 }, until: MAY + 7_200_000 } })).toBe(
      "107",
    );
  });

  it("counts no idle bucket that has not come yet", () => {
    const reading = { window: WHOLE_MAY.window, until: MAY + 10 * 60_000 };

    expect(total(bandwidth, values(5), { reading })).toBe("5");
    expect(total(bandwidth, values(5))).toBe("0");
  });

  it("by the highest hour looks only at hours with usage", () => {
    const events = valuesAt(["2026-05-01T10:00:00Z", -3], ["2026-05-01T10:59:59Z", 1], ["2026-05-01T11:00:00Z", -5]);

    expect(total(bucketedBy("sum", { type: "max" }), events)).toBe("-2");
    expect(total(bucketedBy("max", { type: "sum" }), events)).toBe("-4");
    expect(total(bucketedBy("avg", { type: "sum" }), events)).toBe("-6");
  });

  it("takes days of the zone", () => {
    const daily: Aggregation = {
      type: "bucketed",
      value: property,
      inner: "max",
      window: { unit: "day", count: 1 },
      outer: { type: "sum" },
    };
    const events = valuesAt(["2026-05-01T21:59:59Z", 1], ["2026-05-01T22:00:00Z", 2]);

    expect(total(daily, events)).toBe("2");
    expect(total(daily, events, { zone: "Europe/Berlin" as Zone })).toBe("3");
  });
});

function bucketedBy(inner: "sum" | "max" | "avg", outer: Extract<Aggregation, { type: "bucketed" }>["outer"]): Aggregation {
  return { type: "bucketed", value: property, inner, window: { unit: "hour", count: 1 }, outer };
}
