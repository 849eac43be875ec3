import { describe, expect, it } from "vitest";
import { evaluate } from "#domain/metering/expression/evaluate";
import { parseExpression } from "#domain/metering/expression/parse-expression";
import type { JsonValue } from "#domain/metering/usage-event";
import { decimalText } from "#domain/money/decimal";

function refusal(text: string): string {
  const parsed = parseExpression(text);
  return parsed.ok ? "parsed" : parsed.error.detail;
}

/** The value as a text; a refusal as its code. */
function value(text: string, properties: { readonly [key: string]: JsonValue } = {}): string | boolean {
  const parsed = parseExpression(text);
  if (!parsed.ok) return parsed.error.detail;
  const result = evaluate(parsed.value, properties);
  if (!result.ok) return result.error.code;
  return typeof result.value === "object" ? decimalText(result.value) : result.value;
}

describe("an expression's grammar", () => {
  it.each([
    ["1 + 2 * 3", "7"],
    ["(1 + 2) * 3", "9"],
    ["2 - 3 - 4", "-5"],
    ["8 / 4 / 2", "1"],
    ["-2 * -3", "6"],
    ["2 - -3", "5"],
    ["--4", "4"],
    ["1 + 2 = 3", true],
    ["1 + 2 == 3 and 2 < 1 or true", true],
    ["true or true and false", true],
    ["not 1 = 2", true],
    ["not false and false", false],
    ["not not true", true],
  ])("binds %s to %s", (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it.each([
    ["a.b", { a: { b: 2 } }, "2"],
    ["a.b", { "a.b": 3, a: { b: 2 } }, "3"],
    ["`input tokens` * 2", { "input tokens": 4 }, "8"],
    ["größe_2 + 1", { größe_2: 1 }, "2"],
    ["`and` + min", { and: 1, min: 2 }, "3"],
    ["min (a, 2)", { a: 3 }, "2"],
  ])("reads the properties of %s", (text, properties, expected) => {
    expect(value(text, properties)).toBe(expected);
  });

  it.each([
    ["", "Column 1: expected a number, a text, a property, a function or (, found the end."],
    ["1 +", "Column 4: expected a number, a text, a property, a function or (, found the end."],
    ["1 + * 2", 'Column 5: expected a number, a text, a property, a function or (, found "*".'],
    ["a b", 'Column 3: expected an operator or the end, found "b".'],
    ["(a", "Column 3: expected an operator or ), found the end."],
    ["a)", 'Column 2: expected an operator or the end, found ")".'],
    ["1 < 2 < 3", 'Column 7: expected an operator or the end, found "<".'],
    ["a + 'open", `Column 5: expected a number, a text, a property, a function or (, found "'".`],
    ["a ; b", 'Column 3: expected an operator or the end, found ";".'],
    ["007", 'Column 1: expected a number without leading zeros, of at most 38 digits, 18 of them after the point, found "007".'],
    ["1e3", 'Column 2: expected an operator or the end, found "e3".'],
    ["sqrt(4)", 'Column 1: expected a function (min, max, ceil, floor, abs, round, if, exists, coalesce), found "sqrt".'],
    ["ceil(1, 2)", 'Column 7: expected an operator or ), found ",".'],
    ["if(a, 1)", 'Column 8: expected an operator or a comma, found ")".'],
    ["exists(1)", 'Column 8: expected a property\'s name of 1 to 255 characters, found "1".'],
    ["exists(a + 1)", 'Column 10: expected ), found "+".'],
    ["round(a, b)", 'Column 10: expected a whole number of places from 0 to 18, found "b".'],
    ["round(a, 19)", 'Column 10: expected a whole number of places from 0 to 18, found "19".'],
    ["and", 'Column 1: expected a number, a text, a property, a function or (, found "and".'],
    ["``", 'Column 1: expected a property\'s name of 1 to 255 characters, found "".'],
    [
      "constructor.constructor('x')()",
      'Column 1: expected a function (min, max, ceil, floor, abs, round, if, exists, coalesce), found "constructor.constructor".',
    ],
  ])("refuses %j with the column and what was expected", (text, detail) => {
    expect(refusal(text)).toBe(detail);
  });

  it("takes 1,000 characters and 32 levels, and no more", () => {
    expect(value(`1${" ".repeat(999)}`)).toBe("1");
    expect(refusal(`1${" ".repeat(1_000)}`)).toBe("Column 1001: an expression has at most 1,000 characters.");
    expect(value(`${"(".repeat(32)}1${")".repeat(32)}`)).toBe("1");
    expect(refusal(`${"(".repeat(33)}1${")".repeat(33)}`)).toContain("Column 34: expected at most 32 levels");
    expect(refusal(`${"-".repeat(33)}1`)).toContain("Column 34: expected at most 32 levels");
  });
});

describe("an expression's value", () => {
  it.each([
    ["0.1 * 10", "1"],
    ["0.1 + 0.2", "0.3"],
    ["1 / 3 * 3", "1"],
    ["1 / 8", "0.125"],
    ["99999999999999999999999999999999999999 + 0", "99999999999999999999999999999999999999"],
    ["round(2.5)", "3"],
    ["round(-2.5)", "-3"],
    ["round(2 / 3, 4)", "0.6667"],
    ["ceil(1 / 3)", "1"],
    ["ceil(-1 / 3)", "0"],
    ["floor(-1 / 3)", "-1"],
    ["floor(7)", "7"],
    ["abs(-1.5)", "1.5"],
    ["min(3, 1, 2)", "1"],
    ["max(3, 1, 7 / 2)", "3.5"],
    ["0.000000000000000001 * 1", "0.000000000000000001"],
  ])("of %s is exactly %s", (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it.each([
    ["input_tokens + 3 * output_tokens", { input_tokens: 100, output_tokens: 7 }, "121"],
    ["price * 2", { price: "12.5" }, "25"],
    ["if(cached, 0, tokens)", { cached: true }, "0"],
    ["if(cached, 0, tokens)", { cached: 0, tokens: 9 }, "9"],
    ["ok + ok", { ok: true }, "2"],
    ["if(model = 'large', 3, 1) * n", { model: "large", n: 2 }, "6"],
    ['if(model != "large", 3, 1)', { model: "large" }, "1"],
    ["code = 200", { code: "200" }, true],
    ["code = '200'", { code: 200 }, true],
    ["code = '2e2'", { code: 200 }, false],
    ["flag = true", { flag: "true" }, true],
    ["flag = 1", { flag: true }, true],
    ["version = '1.0'", { version: "1" }, false],
    ["coalesce(a, b, 5)", { b: 4 }, "4"],
    ["coalesce(a, b + 1, 5)", {}, "5"],
    ["exists(a)", { a: null }, false],
    ["exists(a)", { a: [] }, true],
    ["if(exists(n), 10 / n, 0)", {}, "0"],
    ["region", { region: "eu" }, "eu"],
    ["exists(constructor)", {}, false],
  ])("of %s over %j is %s", (text, properties, expected) => {
    expect(value(text, properties)).toBe(expected);
  });

  it.each([
    ["a + 1", {}, "value_missing"],
    ["a + 1", { a: null }, "value_missing"],
    ["coalesce(a, b)", {}, "value_missing"],
    ["a + 1", { a: "many" }, "value_invalid"],
    ["a", { a: {} }, "value_invalid"],
    ["a + 1", { a: [1] }, "value_invalid"],
    ["coalesce(a + 1, 2)", { a: "many" }, "value_invalid"],
    ["coalesce(a * a, 2)", { a: 1e300 }, "value_too_long"],
    ["a < 'b'", { a: "a" }, "value_invalid"],
    ["not a", { a: "yes" }, "value_invalid"],
    ["1 / n", { n: 0 }, "value_invalid"],
    ["1 / (0.1 + 0.2 - 0.3)", {}, "value_invalid"],
    ["1 / 3", {}, "value_too_long"],
    ["0.000000000000000001 / 2", {}, "value_too_long"],
    ["99999999999999999999999999999999999999 + 1", {}, "value_too_long"],
    ["a * a", { a: 1e300 }, "value_too_long"],
  ])("of %s over %j is refused: %s", (text, properties, code) => {
    expect(value(text, properties)).toBe(code);
  });

  it("leaves unread what is not needed", () => {
    expect(value("if(n = 0, 0, 1 / n)", { n: 0 })).toBe("0");
    expect(value("true or missing")).toBe(true);
    expect(value("false and missing")).toBe(false);
  });
});
