import { entries, fromOrdered, get, set, size, type SortedMap, without } from "#domain/metering/sorted-map";

/** Things with how often each is there. Only with the counts can one be taken out again exactly. */
export type Multiset<K> = SortedMap<K, number>;

/** What a multiset is made of: the order of its keys, and an exact text of each. */
export type Keys<K> = {
  readonly order: (a: K, b: K) => number;
  readonly encode: (key: K) => string;
  readonly decode: (text: string) => K;
};

export function withOne<K>(multiset: Multiset<K>, key: K, { order }: Keys<K>, times = 1): Multiset<K> {
  return set(multiset, key, (get(multiset, key, order) ?? 0) + times, order);
}

/** Null where there is none to take out. */
export function withoutOne<K>(multiset: Multiset<K>, key: K, { order }: Keys<K>): { readonly left: Multiset<K> } | null {
  const times = get(multiset, key, order);
  if (times === undefined) return null;
  return { left: times === 1 ? without(multiset, key, order) : set(multiset, key, times - 1, order) };
}

export function union<K>(a: Multiset<K>, b: Multiset<K>, keys: Keys<K>): Multiset<K> {
  const [large, small] = size(a) >= size(b) ? [a, b] : [b, a];
  let joined = large;
  for (const [key, times] of entries(small)) joined = withOne(joined, key, keys, times);
  return joined;
}

export function encodeMultiset<K>(multiset: Multiset<K>, keys: Keys<K>): string {
  return JSON.stringify(Array.from(entries(multiset), ([key, times]) => [keys.encode(key), times]));
}

export function decodeMultiset<K>(text: string, keys: Keys<K>): Multiset<K> {
  return fromOrdered((JSON.parse(text) as [string, number][]).map(([key, times]) => [keys.decode(key), times]));
}
