import { assert } from "#domain/assert";
import type { Currency } from "#domain/money/currency";
import { type Decimal, fromInteger, multiply } from "#domain/money/decimal";
import { currencyExponent } from "#domain/money/currency";
import { type Money, money } from "#domain/money/money";
import { divideRounded } from "#domain/money/rounding";

/** A half-open stretch of ticks (days, on day basis) counted from the start of the whole it is a part of. */
export type Span = { readonly from: number; readonly to: number };

/**
 * The share of a fee for ticks [from, to) of `of`. Rounds cumulatively, round(fee·to/of) − round(fee·from/of), so however a
 * period is cut, the parts sum to the rounded whole.
 */
export function prorated(fee: Decimal, currency: Currency, span: Span, of: number): Money {
  assertSpan(span, of);
  return money(roundedShare(fee, currency, span.to, of) - roundedShare(fee, currency, span.from, of), currency);
}

/**
 * The share of what a line really billed for `billedSpan` that falls on `part` of it. Cumulative like `prorated`: the parts
 * of a line sum to the line, so no sequence of credits can give back more than was billed.
 */
export function shareOf(billed: Money, billedSpan: Span, part: Span): Money {
  assert(
    billedSpan.from <= part.from && part.to <= billedSpan.to,
    `[${part.from},${part.to}) is not inside [${billedSpan.from},${billedSpan.to})`,
  );
  const of = billedSpan.to - billedSpan.from;
  const until = (tick: number): bigint => divideRounded(billed.amount * BigInt(tick - billedSpan.from), BigInt(of));
  return money(until(part.to) - until(part.from), billed.currency);
}

function roundedShare(fee: Decimal, currency: Currency, ticks: number, of: number): bigint {
  const share = multiply(fee, fromInteger(BigInt(ticks)));
  return divideRounded(share.digits * 10n ** BigInt(currencyExponent(currency)), BigInt(of) * 10n ** BigInt(share.scale));
}

function assertSpan({ from, to }: Span, of: number): void {
  assert(0 <= from && from <= to && to <= of && of > 0, `no span [${from},${to}) of ${of}`);
}
