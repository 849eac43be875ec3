import { describe, expect, it } from "vitest";
import { quotient, roundedQuotient } from "#domain/metering/quotient";
import { decimal, decimalText } from "#domain/money/decimal";

describe("a quotient", () => {
  it.each([
    ["0.000000000001", 125n, "0.000000000000008"],
    ["0.000000000001", 64n, "0.000000000000015625"],
    ["0.000000000001", 1_000n, "0.000000000000001"],
    ["2.7", 27n, "0.1"],
    ["1", 3n, "0.333333333333"],
    ["-2", 3n, "-0.666666666667"],
    ["0", 7n, "0"],
  ])("of %s by %i is exact where it ends, else has twelve places: %s", (dividend, divisor, expected) => {
    expect(decimalText(quotient(decimal(dividend), divisor))).toBe(expected);
  });

  it("that is always rounded goes half away from zero", () => {
    expect(decimalText(roundedQuotient(decimal("0.000000000001"), 2n))).toBe("0.000000000001");
    expect(decimalText(roundedQuotient(decimal("-0.000000000001"), 2n))).toBe("-0.000000000001");
    expect(decimalText(roundedQuotient(decimal("0.000000000001"), 3n))).toBe("0");
  });
});
