import fc from "#test/domain/support/fast-check";
import { describe, expect, test } from "vitest";
import { type Currency, currencyExponent, isCurrency } from "#domain/money/currency";
import { decimal } from "#domain/money/decimal";
import { formatAmount, majorUnits, minus, money, negated, plus, roundToMoney, total, zero } from "#domain/money/money";
import { decimals } from "#test/domain/support/arbitraries";
import { JPY, KWD, USD } from "#test/domain/support/plans";

const EUR = "EUR" as Currency;

test.each([
  ["USD", 2],
  ["JPY", 0],
  ["KWD", 3],
  ["MGA", 2],
  ["MRU", 2],
])("%s has %i decimals", (code, decimalsOfIt) => {
  expect(isCurrency(code)).toBe(true);
  expect(currencyExponent(code as Currency)).toBe(decimalsOfIt);
});

test.each(["usd", "XXZ", "", "US"])("%j is no currency", (code) => {
  expect(isCurrency(code)).toBe(false);
});

describe("rounding to the minor unit", () => {
  test.each([
    ["0.005", USD, 1n],
    ["-0.005", USD, -1n],
    ["0.004999999999", USD, 0n],
    ["19.99", USD, 1_999n],
    ["99.5", JPY, 100n],
    ["99.4", JPY, 99n],
    ["0.0005", KWD, 1n],
    ["1.2345", KWD, 1_235n],
  ])("%s %s is %s minor units", (text, currency, expected) => {
    expect(roundToMoney(decimal(text), currency)).toEqual({ amount: expected, currency });
  });

  test("a credit mirrors its charge", () => {
    fc.assert(
      fc.property(decimals(-(10n ** 15n), 10n ** 15n, 6), (value) => {
        const mirrored = roundToMoney({ digits: -value.digits, scale: value.scale }, USD);
        expect(mirrored.amount).toBe(-roundToMoney(value, USD).amount);
      }),
    );
  });

  test("an amount in major units rounds back to itself", () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), fc.constantFrom(USD, JPY, KWD), (amount, currency) => {
        expect(roundToMoney(majorUnits({ amount, currency }), currency)).toEqual({ amount, currency });
      }),
    );
  });
});

test("mixed currencies never add", () => {
  expect(() => plus(money(1n, USD), money(1n, EUR))).toThrow();
  expect(() => minus(money(1n, USD), money(1n, EUR))).toThrow();
});

test("amounts beyond 2^53 − 1 minor units are refused, never wrapped", () => {
  expect(money(9_007_199_254_740_991n, USD).amount).toBe(9_007_199_254_740_991n);
  expect(() => money(9_007_199_254_740_992n, USD)).toThrow("out of range");
  expect(() => plus(money(9_007_199_254_740_991n, USD), money(1n, USD))).toThrow("out of range");
});

test("a total is the sum of its amounts", () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt(-1_000_000n, 1_000_000n)), (amounts) => {
      const whole = amounts.reduce((sum, amount) => sum + amount, 0n);
      expect(
        total(
          amounts.map((amount) => money(amount, USD)),
          USD,
        ),
      ).toEqual(money(whole, USD));
      expect(plus(money(whole, USD), negated(money(whole, USD)))).toEqual(zero(USD));
    }),
  );
});

test.each([
  [1_990n, USD, "19.90"],
  [-5n, USD, "-0.05"],
  [0n, USD, "0.00"],
  [500n, JPY, "500"],
  [1_234n, KWD, "1.234"],
])("%s of %s reads %s", (amount, currency, text) => {
  expect(formatAmount({ amount, currency })).toBe(text);
});
