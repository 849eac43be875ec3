import { assert } from "#domain/assert";

/**
 * Splits `total` over `weights` by largest remainder, so the parts always sum to the whole and each is within one minor
 * unit of its exact share. Ties go to the earlier weight. A zero total weight is a bug of the caller.
 *
 * dinero's `allocate` hands left-over units to the largest ratios in turn, which favours big lines; audited splits
 * (discounts, tax, revenue) need the fairer rule.
 */
export function allocate(total: bigint, weights: readonly bigint[]): bigint[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0n);
  assert(whole > 0n && weights.every((weight) => weight >= 0n), `cannot allocate over weights ${weights.join(",")}`);
  const magnitude = total < 0n ? -total : total;
  const parts = weights.map((weight) => (magnitude * weight) / whole);
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (magnitude * weight) % whole }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  let left = magnitude - parts.reduce((sum, part) => sum + part, 0n);
  for (const { index } of byRemainder) {
    if (left === 0n) break;
    parts[index] = (parts[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return total < 0n ? parts.map((part) => -part) : parts;
}
