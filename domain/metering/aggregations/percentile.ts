import type { Algebra } from "#domain/metering/algebra";
import { decodeMultiset, encodeMultiset, type Keys, type Multiset, union, withOne, withoutOne } from "#domain/metering/multiset";
import { percentileOf } from "#domain/metering/percentile";
import { entries, size } from "#domain/metering/sorted-map";
import { compare, type Decimal, decimal, decimalText } from "#domain/money/decimal";

type State = { readonly values: Multiset<Decimal>; readonly count: number };

const VALUES: Keys<Decimal> = { order: compare, encode: decimalText, decode: decimal };

/** The value that `rank` percent of the values do not exceed, by nearest rank; exact, so every value is kept. */
export function percentile(rank: Decimal): Algebra<State> {
  return {
    empty: { values: null, count: 0 },
    add: ({ values, count }, { value }) => ({ values: withOne(values, value, VALUES), count: count + 1 }),
    remove: ({ values, count }, { value }) => {
      const rest = withoutOne(values, value, VALUES);
      return rest && { values: rest.left, count: count - 1 };
    },
    merge: (a, b) => ({ values: union(a.values, b.values, VALUES), count: a.count + b.count }),
    distinct: ({ values }) => size(values),
    value: ({ values, count }) => percentileOf(entries(values), count, rank),
    encode: ({ values }) => encodeMultiset(values, VALUES),
    decode: (text) => {
      const values = decodeMultiset(text, VALUES);
      return { values, count: Array.from(entries(values)).reduce((sum, [, times]) => sum + times, 0) };
    },
  };
}
