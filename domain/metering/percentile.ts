import { assert } from "#domain/assert";
import { divideUp, type Decimal } from "#domain/money/decimal";

/**
 * The place, from 1, of a percentile among `count` values in order, by nearest rank: ⌈p/100·n⌉. It is always one of the
 * values, never between two.
 */
export function nearestRank(percentile: Decimal, count: bigint): bigint {
  assert(count > 0n, "there is no percentile of nothing");
  return divideUp({ digits: percentile.digits * count, scale: percentile.scale }, { digits: 100n, scale: 0 });
}

/** The percentile of values in order, each with how often it is there; null of nothing. */
export function percentileOf<T>(ordered: Iterable<readonly [T, number]>, count: number, percentile: Decimal): T | null {
  if (count === 0) return null;
  let left = nearestRank(percentile, BigInt(count));
  for (const [value, times] of ordered) {
    left -= BigInt(times);
    if (left <= 0n) return value;
  }
  throw new Error(`${count} values were counted, ${left} are missing`);
}
