import { describe, expect, it } from "vitest";
import type { Aggregation, Filter } from "#domain/catalog/meter";
import { changeDefinition, type DefinitionTerms, validateDefinition } from "#domain/metering/validate-meter";
import { definition, JUNE, MAY, meter, property } from "#test/domain/metering/given";

const sum: Aggregation = { type: "sum", value: property };
const filter: Filter = { property: "region", operator: "in", values: ["eu", 1, true] };
const longName = "n".repeat(256);

function problemsOf(given: Partial<DefinitionTerms>): string[] {
  const result = validateDefinition({ aggregation: sum, filters: [], dimensions: [], ...given });
  return result.ok ? [] : (result.error.errors ?? []).map(({ path, code }) => `${path} ${code}`);
}

function bucketed(unit: "minute" | "hour" | "day", count: number, percentile = "95"): DefinitionTerms["aggregation"] {
  return { type: "bucketed", value: property, inner: "sum", window: { unit, count }, outer: { type: "percentile", percentile } };
}

describe("a meter's definition", () => {
  it("is taken as it is when nothing is wrong", () => {
    const terms = { aggregation: sum, filters: [filter], dimensions: ["region", "user.id"] };

    expect(validateDefinition(terms)).toEqual({ ok: true, value: terms });
  });

  it.each(["0.000000000001", "50", "99.9", "100"])("may have the percentile %s", (percentile) => {
    expect(problemsOf({ aggregation: { type: "percentile", value: property, percentile } })).toEqual([]);
  });

  it.each(["0", "-1", "100.000000000001", "101", "", "95%", "1e1"])("may not have the percentile %j", (percentile) => {
    expect(problemsOf({ aggregation: { type: "percentile", value: property, percentile } })).toEqual(["/percentile out_of_range"]);
    expect(problemsOf({ aggregation: bucketed("minute", 5, percentile) })).toEqual(["/bucket/percentile out_of_range"]);
  });

  it("has buckets that divide a day", () => {
    const good = [bucketed("minute", 1), bucketed("minute", 45), bucketed("minute", 1_440), bucketed("hour", 8), bucketed("day", 1)];
    const bad = [bucketed("minute", 7), bucketed("minute", 0), bucketed("minute", 2_880), bucketed("hour", 5), bucketed("day", 2)];
    const odd = [bucketed("hour", 1.5), bucketed("hour", -1), bucketed("hour", NaN)];

    for (const aggregation of good) expect(problemsOf({ aggregation })).toEqual([]);
    for (const aggregation of [...bad, ...odd]) expect(problemsOf({ aggregation })).toEqual(["/bucket/window/count out_of_range"]);
  });

  it("names the column of a bad expression", () => {
    const result = validateDefinition({ aggregation: { type: "max", value: { expression: "a + (b" } }, filters: [], dimensions: [] });

    expect(result).toMatchObject({
      error: {
        code: "invalid_meter",
        errors: [{ path: "/value_expression", message: "Column 7: expected an operator or ), found the end." }],
      },
    });
  });

  it.each<[string, Filter, string]>([
    ["a list without values", { property: "p", operator: "in", values: [] }, "/filters/0/values required"],
    ["a list of 101", { property: "p", operator: "not_in", values: Array.from({ length: 101 }, String) }, "/filters/0/values too_many"],
    ["a text in place of a number", { property: "p", operator: "<", value: "many" }, "/filters/0/value wrong_type"],
    ["a boolean in place of a number", { property: "p", operator: ">=", value: true }, "/filters/0/value wrong_type"],
    ["a long text", { property: "p", operator: "=", value: longName }, "/filters/0/value invalid_text"],
    ["a long text in a list", { property: "p", operator: "in", values: ["a", longName] }, "/filters/0/values/1 invalid_text"],
    ["no number", { property: "p", operator: "=", value: NaN }, "/filters/0/value invalid_text"],
    ["no property", { property: "", operator: "exists", value: true }, "/filters/0/property invalid_text"],
    ["a long property", { property: longName, operator: "prefix", value: "a" }, "/filters/0/property invalid_text"],
  ])("has no filter with %s", (_, wrong, problem) => {
    expect(problemsOf({ filters: [wrong] })).toEqual([problem]);
  });

  it("compares with a number, also one that only a text holds", () => {
    expect(problemsOf({ filters: [{ property: "p", operator: "<", value: "12345678901234567890" }] })).toEqual([]);
    expect(problemsOf({ filters: [{ property: "p", operator: ">", value: 0.5 }] })).toEqual([]);
  });

  it("has at most 20 filters and 10 dimensions, none twice", () => {
    const names = Array.from({ length: 10 }, (_, index) => `d${index}`);

    expect(problemsOf({ filters: Array.from({ length: 20 }, () => filter), dimensions: names })).toEqual([]);
    expect(problemsOf({ filters: Array.from({ length: 21 }, () => filter) })).toEqual(["/filters too_many"]);
    expect(problemsOf({ dimensions: [...names, "d10"] })).toEqual(["/dimensions too_many"]);
    expect(problemsOf({ dimensions: ["a", "", "a"] })).toEqual(["/dimensions/1 invalid_text", "/dimensions/2 repeated"]);
  });

  it("hears of every problem at once", () => {
    expect(
      problemsOf({
        aggregation: { type: "percentile", value: { property: "" }, percentile: "0" },
        filters: [filter, { property: "p", operator: "<", value: "x" }],
        dimensions: ["a", "a"],
      }),
    ).toEqual(["/value_property invalid_text", "/percentile out_of_range", "/filters/1/value wrong_type", "/dimensions/1 repeated"]);
  });
});

describe("changing a meter's definition", () => {
  const doubled: DefinitionTerms = { aggregation: { type: "sum", value: { expression: "2 * value" } }, filters: [filter], dimensions: [] };

  it("holds from that instant on and leaves the past as it was", () => {
    const before = meter(sum);

    expect(changeDefinition(before, doubled, MAY)).toEqual({
      ok: true,
      value: { ...before, definitions: [definition(sum), { ...doubled, from: MAY }] },
    });
  });

  it("twice at one instant leaves the second", () => {
    const once = changeDefinition(meter(sum), doubled, MAY);
    const twice = once.ok ? changeDefinition(once.value, { ...doubled, filters: [] }, MAY) : once;

    expect(twice).toMatchObject({ value: { definitions: [{ from: 0 }, { from: MAY, filters: [] }] } });
    expect(twice.ok && twice.value.definitions.length).toBe(2);
  });

  it("keeps the order of instants, whichever came first", () => {
    const later = changeDefinition(meter(sum), doubled, JUNE);
    const both = later.ok ? changeDefinition(later.value, doubled, MAY) : later;

    expect(both).toMatchObject({ value: { definitions: [{ from: 0 }, { from: MAY }, { from: JUNE }] } });
  });

  it.each<[Aggregation, Aggregation]>([
    [sum, { type: "max", value: property }],
    [sum, { type: "count" }],
    [
      { type: "percentile", value: property, percentile: "95" },
      { type: "percentile", value: property, percentile: "99" },
    ],
    [
      { type: "time_weighted", value: property, unit: "hour" },
      { type: "time_weighted", value: property, unit: "day" },
    ],
    [bucketed("minute", 5), bucketed("minute", 10)],
    [bucketed("minute", 5), bucketed("minute", 5, "99")],
  ])("cannot make %j of %j", (from, to) => {
    expect(changeDefinition(meter(from), { ...doubled, aggregation: to }, MAY)).toMatchObject({ error: { code: "aggregation_is_fixed" } });
  });

  it("may say the same aggregation in other words", () => {
    expect(changeDefinition(meter(bucketed("minute", 60)), { ...doubled, aggregation: bucketed("hour", 1, "95.0") }, MAY).ok).toBe(true);
  });

  it("is refused once the meter is archived", () => {
    expect(changeDefinition(meter(sum, { archivedAt: MAY }), doubled, JUNE)).toMatchObject({ error: { code: "archived" } });
  });
});
