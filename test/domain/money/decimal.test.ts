import fc from "#test/domain/support/fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  atScale,
  compare,
  decimal,
  decimalText,
  divideUp,
  fromInteger,
  maximum,
  minimum,
  multiply,
  negate,
  parseDecimal,
  parseJsonNumber,
  subtract,
  ZERO,
} from "#domain/money/decimal";
import { decimals } from "#test/domain/support/arbitraries";

const any = fc.oneof(decimals(-(10n ** 24n), 10n ** 24n, 12), decimals(-1_000n, 1_000n, 2), decimals(-5n, 5n, 0));
/** The oracle works on plain integers of 10^-12. */
const twelfths = (value: ReturnType<typeof decimal>): bigint => atScale(value, 12);

describe("a decimal text", () => {
  test.each([
    ["0", "0"],
    ["-0", "0"],
    ["-0.00", "0"],
    ["1.10", "1.1"],
    ["100", "100"],
    ["-12.50", "-12.5"],
    ["0.000000000001", "0.000000000001"],
    ["9007199254740993", "9007199254740993"],
    ["99999999999999999999999999999999999999", "99999999999999999999999999999999999999"],
    ["1.1000000000000", "1.1"],
  ])("%s is read as %s", (text, expected) => {
    const value = parseDecimal(text);
    expect(typeof value === "string" ? value : decimalText(value)).toBe(expected);
  });

  test.each([
    "",
    " 5 ",
    "5\n",
    "+5",
    "05",
    ".5",
    "5.",
    "1e3",
    "0x10",
    "0b1",
    "1_000",
    "1,000.50",
    "1.000,50",
    "NaN",
    "Infinity",
    "-inf",
    "٣",
    "５",
    "--1",
    "-",
  ])("%j is refused as no decimal", (text) => {
    expect(parseDecimal(text)).toBe("invalid_decimal");
  });

  test.each([
    ["1.1234567890123", "too_precise"],
    [`0.${"0".repeat(12)}1`, "too_precise"],
    ["9".repeat(39), "out_of_range"],
    [`1${"0".repeat(38)}`, "out_of_range"],
    ["1".repeat(65), "out_of_range"],
  ])("%s is refused as %s, never rounded", (text, problem) => {
    expect(parseDecimal(text)).toBe(problem);
  });

  test("the text of a decimal reads back as the same decimal", () => {
    fc.assert(
      fc.property(any, (value) => {
        expect(parseDecimal(decimalText(value))).toEqual(value);
      }),
    );
  });
});

describe("the source text of a JSON number", () => {
  test.each([
    ["1e3", "1000"],
    ["1.5E+2", "150"],
    ["25e-1", "2.5"],
    ["-0", "0"],
    ["0e999", "0"],
    ["9007199254740993", "9007199254740993"],
    ["1.10", "1.1"],
  ])("%s is exactly %s", (text, expected) => {
    const value = parseJsonNumber(text);
    expect(typeof value === "string" ? value : decimalText(value)).toBe(expected);
  });

  test.each([
    ["1e400", "out_of_range"],
    ["1e38", "out_of_range"],
    ["1e99999", "out_of_range"],
    ["1e-400", "too_precise"],
    ["1e-13", "too_precise"],
  ])("%s is refused as %s", (text, problem) => {
    expect(parseJsonNumber(text)).toBe(problem);
  });
});

describe("arithmetic", () => {
  test("0.1 added ten times is 1", () => {
    const sum = Array.from({ length: 10 }).reduce<typeof ZERO>((total) => add(total, decimal("0.1")), ZERO);
    expect(decimalText(sum)).toBe("1");
  });

  test("sums, differences and order are those of integers", () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(twelfths(add(a, b))).toBe(twelfths(a) + twelfths(b));
        expect(twelfths(subtract(a, b))).toBe(twelfths(a) - twelfths(b));
        const difference = twelfths(a) - twelfths(b);
        expect(compare(a, b)).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0);
        expect(twelfths(minimum(a, b)) + twelfths(maximum(a, b))).toBe(twelfths(a) + twelfths(b));
        expect(compare(minimum(a, b), maximum(a, b))).toBeLessThanOrEqual(0);
      }),
    );
  });

  test("products are exact", () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(atScale(multiply(a, b), 24)).toBe(twelfths(a) * twelfths(b));
      }),
    );
  });

  test("equal values have equal parts, whatever way they were reached", () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(subtract(add(a, b), b)).toEqual(a);
        expect(add(a, negate(a))).toEqual(ZERO);
      }),
    );
  });

  test("started packages are the fewest that cover the quantity", () => {
    fc.assert(
      fc.property(decimals(0n, 10n ** 9n, 3), decimals(1n, 10n ** 6n, 3), (quantity, size) => {
        const packages = divideUp(quantity, size);
        expect(compare(multiply(fromInteger(packages), size), quantity)).toBeGreaterThanOrEqual(0);
        expect(packages === 0n || compare(multiply(fromInteger(packages - 1n), size), quantity) < 0).toBe(true);
      }),
    );
  });

  test("packages of nothing are a bug of the caller", () => {
    expect(() => divideUp(decimal("1"), ZERO)).toThrow("positive size");
  });
});
