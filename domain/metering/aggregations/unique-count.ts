import type { Algebra } from "#domain/metering/algebra";
import { decodeMultiset, encodeMultiset, type Keys, type Multiset, union, withOne, withoutOne } from "#domain/metering/multiset";
import { size } from "#domain/metering/sorted-map";
import { fromInteger } from "#domain/money/decimal";

type State = { readonly texts: Multiset<string> };

const TEXTS: Keys<string> = { order: (a, b) => (a < b ? -1 : a > b ? 1 : 0), encode: (text) => text, decode: (text) => text };

/** How many different texts there were. Each is kept with how often it came, so a correction takes away exactly one. */
export const uniqueCount: Algebra<State> = {
  empty: { texts: null },
  add: ({ texts }, { text }) => ({ texts: withOne(texts, text, TEXTS) }),
  remove: ({ texts }, { text }) => {
    const rest = withoutOne(texts, text, TEXTS);
    return rest && { texts: rest.left };
  },
  merge: (a, b) => ({ texts: union(a.texts, b.texts, TEXTS) }),
  distinct: ({ texts }) => size(texts),
  value: ({ texts }) => fromInteger(BigInt(size(texts))),
  encode: ({ texts }) => encodeMultiset(texts, TEXTS),
  decode: (text) => ({ texts: decodeMultiset(text, TEXTS) }),
};
