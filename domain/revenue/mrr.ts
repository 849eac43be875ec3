import { present } from "#domain/assert";
import type { PlanVersion } from "#domain/catalog/plan";
import { currencyExponent } from "#domain/money/currency";
import { type Decimal, decimal } from "#domain/money/decimal";
import { divideRounded } from "#domain/money/rounding";
import { priceQuantity } from "#domain/pricing/price-quantity";
import type { Revision } from "#domain/subscriptions/subscription";
import type { Interval, IntervalUnit } from "#domain/time/cadence";

/** The monthly recurring revenue of one price of a subscription, in millionths of a minor unit. */
export type MrrLevel = { readonly planVersion: PlanVersion["id"]; readonly item: string; readonly level: bigint };

export type MovementType = "new" | "expansion" | "contraction" | "churn" | "transfer";

export type Movement = {
  readonly planVersion: PlanVersion["id"];
  readonly item: string;
  readonly type: MovementType;
  readonly amount: bigint;
};

/** Months per interval as a fraction: a year is twelve, a week 12/52, a day 12/365. */
const PER_MONTH: Record<IntervalUnit, readonly [bigint, bigint]> = {
  day: [365n, 12n],
  week: [52n, 12n],
  month: [1n, 1n],
  quarter: [1n, 3n],
  half_year: [1n, 6n],
  year: [1n, 12n],
};

/** Flat and seat prices only: usage is not recurring. Each level is rounded once. */
export function mrrLevels(plan: PlanVersion, revision: Revision): MrrLevel[] {
  return plan.prices.flatMap((price) => {
    if (price.kind === "usage") return [];
    const fee =
      price.kind === "flat"
        ? price.model.amount
        : priceQuantity(price.model, decimal(present(revision.quantities[price.key], `quantity of ${price.key}`)));
    return [{ planVersion: plan.id, item: price.key, level: monthly(fee, plan.interval, currencyExponent(plan.currency)) }];
  });
}

function monthly(fee: Decimal, interval: Interval, exponent: number): bigint {
  const [numerator, denominator] = PER_MONTH[interval.unit];
  const millionths = fee.digits * 10n ** BigInt(exponent + 6) * numerator;
  return divideRounded(millionths, 10n ** BigInt(fee.scale) * denominator * BigInt(interval.count));
}

/**
 * What changed between two sets of levels, item by item; the amounts sum to the difference, always. All differences of a
 * subscription carry one type, by the sign of their sum: a move that changes nothing in sum is a transfer.
 */
export function mrrMovements(before: readonly MrrLevel[], after: readonly MrrLevel[]): Movement[] {
  const keys = new Map([...before, ...after].map(({ planVersion, item }) => [`${planVersion} ${item}`, { planVersion, item }]));
  const levelIn = (levels: readonly MrrLevel[], key: string): bigint =>
    levels.find(({ planVersion, item }) => `${planVersion} ${item}` === key)?.level ?? 0n;
  const differences = [...keys]
    .map(([key, place]) => ({ ...place, amount: levelIn(after, key) - levelIn(before, key) }))
    .filter(({ amount }) => amount !== 0n);
  const type = movementType(before, after);
  return differences.map((difference) => ({ ...difference, type }));
}

function movementType(before: readonly MrrLevel[], after: readonly MrrLevel[]): MovementType {
  const [old, now] = [sum(before), sum(after)];
  if (old === now) return "transfer";
  if (old === 0n) return "new";
  if (now === 0n) return "churn";
  return now > old ? "expansion" : "contraction";
}

function sum(levels: readonly MrrLevel[]): bigint {
  return levels.reduce((total, { level }) => total + level, 0n);
}
