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
 * What changed between two sets of levels, item by item; the amounts sum to the difference, always. What falls here and rises
 * there moved: transfers, which sum to nothing. The rest has one type, by the sign of the whole difference, and its sign.
 */
export function mrrMovements(before: readonly MrrLevel[], after: readonly MrrLevel[]): Movement[] {
  const differences = differencesOf(before, after);
  const risen = sum(differences.map(({ amount }) => (amount > 0n ? amount : 0n)));
  const fallen = sum(differences.map(({ amount }) => (amount < 0n ? -amount : 0n)));
  const moved = risen < fallen ? risen : fallen;
  const left = { risen: moved, fallen: moved };
  const type = restType(before, after);
  return differences.flatMap(({ amount, ...place }): Movement[] => {
    const side = amount > 0n ? "risen" : "fallen";
    const size = amount > 0n ? amount : -amount;
    const transferred = size < left[side] ? size : left[side];
    left[side] -= transferred;
    const signed = (part: bigint): bigint => (amount > 0n ? part : -part);
    const parts: Movement[] = [
      { ...place, type: "transfer", amount: signed(transferred) },
      { ...place, type, amount: signed(size - transferred) },
    ];
    return parts.filter((part) => part.amount !== 0n);
  });
}

function differencesOf(before: readonly MrrLevel[], after: readonly MrrLevel[]): Omit<Movement, "type">[] {
  const keyOf = ({ planVersion, item }: MrrLevel): string => `${planVersion} ${item}`;
  const old = new Map(before.map((level) => [keyOf(level), level.level]));
  const now = new Map(after.map((level) => [keyOf(level), level.level]));
  const places = new Map([...before, ...after].map((level) => [keyOf(level), { planVersion: level.planVersion, item: level.item }]));
  return [...places].map(([key, place]) => ({ ...place, amount: (now.get(key) ?? 0n) - (old.get(key) ?? 0n) }));
}

function restType(before: readonly MrrLevel[], after: readonly MrrLevel[]): MovementType {
  const old = sum(before.map(({ level }) => level));
  const now = sum(after.map(({ level }) => level));
  if (old === 0n) return "new";
  if (now === 0n) return "churn";
  return now > old ? "expansion" : "contraction";
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
