import * as dinero from "dinero.js/bigint";
import { assert } from "#domain/assert";
import { type Currency, currencyExponent } from "#domain/money/currency";
import { type Decimal, decimal } from "#domain/money/decimal";
import { divideRounded } from "#domain/money/rounding";

/** An amount in integer minor units: `{ amount: 1999n, currency: "USD" }` is $19.99. Plain data; it crosses RPC and JSON codecs as it is. */
export type Money = { readonly amount: bigint; readonly currency: Currency };

/** Amounts beyond ±(2^53−1) minor units are refused: D1 and JSON could not carry them exactly. */
export const MAX_AMOUNT = 9_007_199_254_740_991n;

export function money(amount: bigint, currency: Currency): Money {
  assert(amount <= MAX_AMOUNT && amount >= -MAX_AMOUNT, `amount out of range: ${amount} ${currency}`);
  return { amount, currency };
}

export function zero(currency: Currency): Money {
  return { amount: 0n, currency };
}

/** Throws when the currencies differ: mixed currencies never add (DESIGN 5). */
export function plus(a: Money, b: Money): Money {
  return fromDinero(dinero.add(toDinero(a), toDinero(b)), a.currency);
}

/** Throws when the currencies differ. */
export function minus(a: Money, b: Money): Money {
  return fromDinero(dinero.subtract(toDinero(a), toDinero(b)), a.currency);
}

export function negated(a: Money): Money {
  return { amount: -a.amount, currency: a.currency };
}

export function total(amounts: readonly Money[], currency: Currency): Money {
  return amounts.reduce(plus, zero(currency));
}

/** Rounds an exact amount in major units to the currency's minor unit, half away from zero. The one place a line is rounded. */
export function roundToMoney(majorUnits: Decimal, currency: Currency): Money {
  const numerator = majorUnits.digits * 10n ** BigInt(currencyExponent(currency));
  return money(divideRounded(numerator, 10n ** BigInt(majorUnits.scale)), currency);
}

/** The amount in major units, exactly: 1999 US cents → 19.99. */
export function majorUnits(value: Money): Decimal {
  return decimal(formatAmount(value));
}

/** The amount in major units with all its decimals, for people and for `Intl.NumberFormat`: `19.90`, `-0.05`, `500` (JPY). */
export function formatAmount(value: Money): string {
  return dinero.toDecimal(toDinero(value));
}

function toDinero(value: Money): dinero.Dinero<bigint> {
  return dinero.dinero({
    amount: value.amount,
    currency: { code: value.currency, base: 10n, exponent: BigInt(currencyExponent(value.currency)) },
  });
}

function fromDinero(value: dinero.Dinero<bigint>, currency: Currency): Money {
  return money(dinero.toSnapshot(value).amount, currency);
}
