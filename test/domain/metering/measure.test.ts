import { describe, expect, it } from "vitest";
import type { Aggregation } from "#domain/catalog/meter";
import { measure } from "#domain/metering/measure";
import type { JsonValue, UsageEvent } from "#domain/metering/usage-event";
import { decimalText } from "#domain/money/decimal";
import { definition, event, JUNE, MAY, meter, property } from "#test/domain/metering/given";

const NINES = "9".repeat(38);
const sum: Aggregation = { type: "sum", value: property };

/** The measured value as a text, the code of a refusal, or null where nothing is counted. */
function measured(aggregation: Aggregation, value?: JsonValue): string | null {
  const result = measure(meter(aggregation), event(value === undefined ? {} : { value }));
  if (!result.ok) return result.error.code;
  return result.value && decimalText(result.value.value);
}

describe("what an event says to a meter", () => {
  it.each<[JsonValue, string]>([
    [1, "1"],
    [-2.5, "-2.5"],
    [0, "0"],
    [-0, "0"],
    ["12.50", "12.5"],
    [1e21, "1000000000000000000000"],
    [1e-18, "0.000000000000000001"],
    [9007199254740991, "9007199254740991"],
    ["9007199254740993", "9007199254740993"],
    ["0.4567890123456789", "0.4567890123456789"],
    [NINES, NINES],
    ["0.123456789012345678", "0.123456789012345678"],
    ["99999999999999999999.999999999999999999", "99999999999999999999.999999999999999999"],
  ])("is exactly the value %j", (value, expected) => {
    expect(measured(sum, value)).toBe(expected);
  });

  it.each<[JsonValue | undefined, string]>([
    [undefined, "value_missing"],
    [null, "value_missing"],
    ["NaN", "value_invalid"],
    ["Inf", "value_invalid"],
    ["", "value_invalid"],
    [" 1", "value_invalid"],
    ["1e3", "value_invalid"],
    ["+1", "value_invalid"],
    ["1,5", "value_invalid"],
    [true, "value_invalid"],
    [{}, "value_invalid"],
    [[1], "value_invalid"],
    [`${NINES}9`, "value_too_long"],
    [`1${"0".repeat(38)}`, "value_too_long"],
    ["0.1234567890123456789", "value_too_long"],
    ["100000000000000000000.000000000000000001", "value_too_long"],
    [1e38, "value_too_long"],
    [1e-19, "value_too_long"],
  ])("is refused, never zero or rounded, for %j: %s", (value, code) => {
    expect(measured(sum, value)).toBe(code);
  });

  it("is 1 to a count, whatever its properties", () => {
    expect(measured({ type: "count" })).toBe("1");
    expect(measured({ type: "count" }, "NaN")).toBe("1");
  });

  it.each<[JsonValue, string]>([
    ["user-1", "user-1"],
    ["", ""],
    [1.1, "1.1"],
    [1e21, "1000000000000000000000"],
    [false, "false"],
  ])("is the text of %j to a unique count", (value, text) => {
    const result = measure(meter({ type: "unique_count", value: property }), event({ value }));

    expect(result).toEqual({ ok: true, value: { group: "", value: { digits: 1n, scale: 0 }, text } });
  });

  it("is refused to a unique count where there is no such text", () => {
    expect(measured({ type: "unique_count", value: property }, [1])).toBe("value_invalid");
    expect(measured({ type: "unique_count", value: property }, null)).toBe("value_missing");
  });

  it("may be computed by an expression", () => {
    const tokens = meter({ type: "sum", value: { expression: "input + 3 * coalesce(output, 0)" } });
    const isLarge = meter({ type: "sum", value: { expression: "size > 10" } });
    const pair = meter({ type: "unique_count", value: { expression: "if(exists(user), user, 'nobody')" } });

    expect(measure(tokens, event({ input: 10, output: "2.5" }))).toMatchObject({ value: { value: { digits: 175n, scale: 1 } } });
    expect(measure(tokens, event({ output: 1 }))).toMatchObject({ error: { code: "value_missing" } });
    expect(measure(isLarge, event({ size: 11 }))).toMatchObject({ value: { value: { digits: 1n, scale: 0 } } });
    expect(measure(isLarge, event({ size: 1 }))).toMatchObject({ value: { value: { digits: 0n, scale: 0 } } });
    expect(measure(pair, event({}))).toMatchObject({ value: { text: "nobody" } });
  });

  it("of an expression that gives a text is the number it holds", () => {
    const either = meter({ type: "sum", value: { expression: "coalesce(a, b)" } });

    expect(measure(either, event({ b: "1.5" }))).toMatchObject({ value: { value: { digits: 15n, scale: 1 } } });
    expect(measure(either, event({ b: "many" }))).toMatchObject({ error: { code: "value_invalid" } });
  });

  it("names the group of its dimensions", () => {
    const grouped = meter(sum, { dimensions: ["region", "user.id"] });

    expect(measure(grouped, event({ value: 1, region: "eu", user: { id: 7 } }))).toMatchObject({
      value: { group: '{"region":"eu","user.id":"7"}' },
    });
    expect(measure(grouped, event({ value: 1 }))).toMatchObject({ value: { group: '{"region":null,"user.id":null}' } });
  });
});

describe("a meter counts nothing of", () => {
  const nothing = { ok: true, value: null };

  it("an event of another type", () => {
    expect(measure(meter(sum), { ...event({ value: 1 }), type: "other" })).toEqual(nothing);
  });

  it("an event that its filters leave out, even one without a value", () => {
    const filtered = meter(sum, { filters: [{ property: "region", operator: "=", value: "eu" }] });

    expect(measure(filtered, event({ region: "us" }))).toEqual(nothing);
    expect(measure(filtered, event({ region: "eu" }))).toMatchObject({ error: { code: "value_missing" } });
  });

  it("an event from before its first definition, or from its archiving on", () => {
    const bounded = meter({ type: "count" }, { from: MAY, archivedAt: JUNE });
    const when = (time: number): UsageEvent => event({}, time);

    expect(measure(bounded, when(MAY - 1))).toEqual(nothing);
    expect(measure(bounded, when(MAY))).not.toEqual(nothing);
    expect(measure(bounded, when(JUNE - 1))).not.toEqual(nothing);
    expect(measure(bounded, when(JUNE))).toEqual(nothing);
  });
});

it("an event is read by the definition of its own time", () => {
  const changed = {
    ...meter(sum),
    definitions: [definition(sum), definition({ type: "sum", value: { expression: "value * 2" } }, { from: JUNE })] as const,
  };

  expect(measure(changed, event({ value: 5 }, JUNE - 1))).toMatchObject({ value: { value: { digits: 5n } } });
  expect(measure(changed, event({ value: 5 }, JUNE))).toMatchObject({ value: { value: { digits: 10n } } });
});
