import { describe, expect, test } from "vitest";
import type { Currency } from "#domain/money/currency";
import { decimal } from "#domain/money/decimal";
import { roundToMoney } from "#domain/money/money";
import { prorated, shareOf } from "#domain/pricing/proration";
import { decimals } from "#test/domain/support/arbitraries";
import fc from "#test/domain/support/fast-check";
import { JPY, KWD, USD } from "#test/domain/support/plans";

describe("a fee for some of its days", () => {
  test.each([
    ["100.00", USD, 15, 30, 30, 5_000n],
    ["200.00", USD, 15, 30, 30, 10_000n],
    ["35.00", "EUR", 15, 31, 31, 1_806n],
    ["29.00", "EUR", 15, 31, 31, 1_497n],
    ["50.00", "EUR", 15, 31, 31, 2_581n],
    ["30.00", USD, 7, 31, 31, 2_323n],
    ["35.00", "EUR", 10, 31, 31, 2_371n],
    ["100", JPY, 0, 1, 3, 33n],
    ["100", JPY, 1, 2, 3, 34n],
    ["1.000", KWD, 0, 1, 3, 333n],
  ] as const)("%s %s, days %i to %i of %i", (fee, currency, from, to, of, amount) => {
    expect(prorated(decimal(fee), currency as Currency, { from, to }, of)).toEqual({ amount, currency });
  });

  test("no days cost nothing, all days cost the fee", () => {
    expect(prorated(decimal("99"), USD, { from: 12, to: 12 }, 30).amount).toBe(0n);
    expect(prorated(decimal("99"), USD, { from: 0, to: 30 }, 30).amount).toBe(9_900n);
  });

  test.each([
    [-1, 3, 30],
    [4, 3, 30],
    [0, 31, 30],
    [0, 0, 0],
  ])("days %i to %i of %i are a bug of the caller", (from, to, of) => {
    expect(() => prorated(decimal("1"), USD, { from, to }, of)).toThrow("no span");
  });
});

const fees = decimals(0n, 10n ** 9n, 6);
const currencies = fc.constantFrom(USD, JPY, KWD);
/** A period of up to 400 days with cuts in it, the ends among them. */
const cutPeriods = fc
  .integer({ min: 1, max: 400 })
  .chain((of) =>
    fc
      .array(fc.integer({ min: 0, max: of }), { maxLength: 12 })
      .map((cuts) => ({ of, cuts: [...new Set([0, ...cuts, of])].sort((a, b) => a - b) })),
  );

function parts<T>(cuts: readonly number[], amountOf: (from: number, to: number) => T): T[] {
  return cuts.slice(1).map((to, index) => amountOf(cuts[index] ?? 0, to));
}

describe("however a period is cut", () => {
  test("the parts sum to the whole fee, rounded once", () => {
    fc.assert(
      fc.property(fees, currencies, cutPeriods, (fee, currency, { of, cuts }) => {
        const sum = parts(cuts, (from, to) => prorated(fee, currency, { from, to }, of).amount).reduce((a, b) => a + b, 0n);
        expect(sum).toBe(roundToMoney(fee, currency).amount);
      }),
    );
  });

  test("no part is negative, and none is further than a unit from its exact share", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 9n), cutPeriods, (cents, { of, cuts }) => {
        for (const { amount, days } of parts(cuts, (from, to) => ({
          amount: prorated({ digits: cents, scale: 2 }, USD, { from, to }, of).amount,
          days: to - from,
        }))) {
          const error = amount * BigInt(of) - cents * BigInt(days);
          expect(amount >= 0n && error <= BigInt(of) && error >= -BigInt(of)).toBe(true);
        }
      }),
    );
  });

  test("the parts of a billed line sum to the line: credits never exceed what was billed", () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 9n), 10n ** 9n), fc.integer({ min: 0, max: 60 }), cutPeriods, (amount, offset, { of, cuts }) => {
        const line = { from: offset, to: offset + of };
        const shares = parts(cuts, (from, to) => shareOf({ amount, currency: USD }, line, { from: from + offset, to: to + offset }).amount);
        expect(shares.reduce((a, b) => a + b, 0n)).toBe(amount);
        expect(shares.every((share) => (amount >= 0n ? share >= 0n : share <= 0n))).toBe(true);
      }),
    );
  });
});

test("days a line never billed cannot be taken from it", () => {
  expect(() => shareOf({ amount: 100n, currency: USD }, { from: 5, to: 10 }, { from: 4, to: 6 })).toThrow("is not inside");
});
