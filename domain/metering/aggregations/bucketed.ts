import type { Aggregation, BucketOuter, BucketWindow } from "#domain/catalog/meter";
import type { Algebra, Reading } from "#domain/metering/algebra";
import { avg } from "#domain/metering/aggregations/avg";
import { max } from "#domain/metering/aggregations/max";
import { sum } from "#domain/metering/aggregations/sum";
import { bucketStart, countBuckets } from "#domain/metering/bucket";
import { percentileOf } from "#domain/metering/percentile";
import { entries, fromOrdered, get, set, type SortedMap, without } from "#domain/metering/sorted-map";
import { add, compare, type Decimal, decimal, maximum, ZERO } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";
import type { Zone } from "#domain/time/zone";

type Rules = Pick<Extract<Aggregation, { type: "bucketed" }>, "inner" | "window" | "outer">;

/** A bucket keeps how many samples it has: without any it is gone, though its sum would be zero all the same. */
type Bucket<Inner> = { readonly total: Inner; readonly samples: number };
type State<Inner> = { readonly buckets: SortedMap<Instant, Bucket<Inner>> };
export type Bucketed = Algebra<State<InnerState>>;
export type InnerState = { readonly __inner: never };

/** What one bucket makes of its samples. */
export const innerAlgebras = { sum: opaque(sum), max: opaque(max), avg: opaque(avg) };
const byStart = (a: Instant, b: Instant): number => a - b;

/** First one value of each bucket, then one of those. An average of a bucket is rounded as any average that is read. */
export function bucketed({ inner: kind, window, outer }: Rules, zone: Zone): Bucketed {
  const inner = innerAlgebras[kind];
  const readOuter = outerValue(outer, window, zone);
  return {
    empty: { buckets: null },
    add: ({ buckets }, sample) => {
      const start = bucketStart(sample.at, window, zone);
      const { total, samples } = get(buckets, start, byStart) ?? { total: inner.empty, samples: 0 };
      return { buckets: set(buckets, start, { total: inner.add(total, sample), samples: samples + 1 }, byStart) };
    },
    remove: ({ buckets }, sample) => {
      const start = bucketStart(sample.at, window, zone);
      const bucket = get(buckets, start, byStart);
      if (bucket === undefined) return null;
      if (bucket.samples === 1) return { buckets: without(buckets, start, byStart) };
      const total = inner.remove(bucket.total, sample);
      return total === null ? null : { buckets: set(buckets, start, { total, samples: bucket.samples - 1 }, byStart) };
    },
    merge: (a, b) => {
      let buckets = a.buckets;
      for (const [start, { total, samples }] of entries(b.buckets)) {
        const own = get(buckets, start, byStart);
        const joined = own === undefined ? total : (inner.merge?.(own.total, total) ?? total);
        buckets = set(buckets, start, { total: joined, samples: samples + (own?.samples ?? 0) }, byStart);
      }
      return { buckets };
    },
    value: ({ buckets }, reading) =>
      readOuter(
        Array.from(entries(buckets), ([start, { total }]) => ({ start, value: inner.value(total, reading) ?? ZERO })),
        reading,
      ),
    encode: ({ buckets }) =>
      JSON.stringify(Array.from(entries(buckets), ([start, { total, samples }]) => [start, samples, inner.encode(total)])),
    decode: (text) => ({
      buckets: fromOrdered(
        (JSON.parse(text) as [Instant, number, string][]).map(([start, samples, total]) => [
          start,
          { total: inner.decode(total), samples },
        ]),
      ),
    }),
  };
}

export type Filled = { readonly start: Instant; readonly value: Decimal };
type ReadOuter = (filled: readonly Filled[], reading: Reading) => Decimal | null;

/** What the buckets that have samples become, read for a window. */
export function outerValue(outer: BucketOuter, window: BucketWindow, zone: Zone): ReadOuter {
  if (outer.type !== "percentile") return outer.type === "sum" ? sumOf : highest;
  const rank = decimal(outer.percentile);
  return (filled, reading) => {
    // An idle five minutes is a sample too: without it a link used once a month would be billed at its peak.
    const idle = countIdle(filled, reading, window, zone);
    const samples = [...filled.map(({ value }) => [value, 1] as const), [ZERO, idle] as const];
    samples.sort(([a], [b]) => compare(a, b));
    return percentileOf(samples, filled.length + idle, rank);
  };
}

function sumOf(filled: readonly Filled[]): Decimal {
  return filled.reduce((total, { value }) => add(total, value), ZERO);
}

function highest(filled: readonly Filled[]): Decimal | null {
  return filled.reduce<Decimal | null>((most, { value }) => (most === null ? value : maximum(most, value)), null);
}

/** How many buckets of the window up to `until` have no sample. */
function countIdle(filled: readonly Filled[], reading: Reading, window: BucketWindow, zone: Zone): number {
  const period = { start: reading.window.start, end: Math.min(reading.until, reading.window.end) };
  const first = bucketStart(period.start, window, zone);
  const busy = filled.filter(({ start }) => first <= start && start < period.end).length;
  return Math.max(0, countBuckets(period, window, zone) - busy);
}

function opaque<Inner>(algebra: Algebra<Inner>): Algebra<InnerState> {
  return algebra as unknown as Algebra<InnerState>;
}
