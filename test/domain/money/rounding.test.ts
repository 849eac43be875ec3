import fc from "#test/domain/support/fast-check";
import { expect, test } from "vitest";
import { divideRounded } from "#domain/money/rounding";

test.each([
  [5n, 2n, 3n],
  [-5n, 2n, -3n],
  [7n, 3n, 2n],
  [-7n, 3n, -2n],
  [1n, 3n, 0n],
  [0n, 7n, 0n],
])("%s / %s rounds to %s", (numerator, denominator, expected) => {
  expect(divideRounded(numerator, denominator)).toBe(expected);
});

const numerators = fc.bigInt(-(10n ** 30n), 10n ** 30n);
const denominators = fc.bigInt(1n, 10n ** 15n);

test("a credit mirrors its charge", () => {
  fc.assert(
    fc.property(numerators, denominators, (n, d) => {
      expect(divideRounded(-n, d)).toBe(-divideRounded(n, d));
    }),
  );
});

test("the result is never further than a half from the exact quotient, and a half goes away from zero", () => {
  fc.assert(
    fc.property(numerators, denominators, (n, d) => {
      const twiceTheError = 2n * (divideRounded(n, d) * d - n);
      expect(twiceTheError <= d && twiceTheError >= -d).toBe(true);
      if (twiceTheError === d) expect(n).toBeGreaterThan(0n);
      if (twiceTheError === -d) expect(n).toBeLessThan(0n);
    }),
  );
});

test("a denominator of nothing is a bug of the caller", () => {
  expect(() => divideRounded(1n, 0n)).toThrow("positive denominator");
});
