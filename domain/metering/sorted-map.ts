/**
 * A map in the order of its keys that never changes in place: a weight-balanced tree (Adams, "Efficient sets", 1993), so
 * that totals stay values while one sample costs the logarithm of those before it. Its shape says nothing.
 */
export type SortedMap<K, V> = Node<K, V> | null;
type Node<K, V> = {
  readonly key: K;
  readonly value: V;
  readonly size: number;
  readonly left: SortedMap<K, V>;
  readonly right: SortedMap<K, V>;
};

type Order<K> = (a: K, b: K) => number;

export function size<K, V>(map: SortedMap<K, V>): number {
  return map === null ? 0 : map.size;
}

export function get<K, V>(map: SortedMap<K, V>, key: K, order: Order<K>): V | undefined {
  for (let node = map; node !== null;) {
    const place = order(key, node.key);
    if (place === 0) return node.value;
    node = place < 0 ? node.left : node.right;
  }
  return undefined;
}

export function set<K, V>(map: SortedMap<K, V>, key: K, value: V, order: Order<K>): Node<K, V> {
  if (map === null) return node(key, value, null, null);
  const place = order(key, map.key);
  if (place === 0) return { ...map, key, value };
  return place < 0
    ? balanced(map.key, map.value, set(map.left, key, value, order), map.right)
    : balanced(map.key, map.value, map.left, set(map.right, key, value, order));
}

export function without<K, V>(map: SortedMap<K, V>, key: K, order: Order<K>): SortedMap<K, V> {
  if (map === null) return null;
  const place = order(key, map.key);
  if (place < 0) return balanced(map.key, map.value, without(map.left, key, order), map.right);
  if (place > 0) return balanced(map.key, map.value, map.left, without(map.right, key, order));
  if (map.right === null) return map.left;
  const next = first(map.right);
  return balanced(next.key, next.value, map.left, without(map.right, next.key, order));
}

/** A map of entries that are in order already, each key once. */
export function fromOrdered<K, V>(ordered: readonly (readonly [K, V])[], start = 0, end = ordered.length): SortedMap<K, V> {
  const middle = (start + end) >> 1;
  const entry = ordered[middle];
  if (start >= end || entry === undefined) return null;
  return node(entry[0], entry[1], fromOrdered(ordered, start, middle), fromOrdered(ordered, middle + 1, end));
}

/** The entries in order. */
export function* entries<K, V>(map: SortedMap<K, V>): Generator<readonly [K, V]> {
  const above: Node<K, V>[] = [];
  for (let node = map; node !== null || above.length > 0;) {
    if (node !== null) {
      above.push(node);
      node = node.left;
    } else {
      const next: Node<K, V> | undefined = above.pop();
      if (next === undefined) return;
      yield [next.key, next.value];
      node = next.right;
    }
  }
}

function first<K, V>(map: Node<K, V>): Node<K, V> {
  let node = map;
  while (node.left !== null) node = node.left;
  return node;
}

/** The parameters that Hirai and Yamamoto proved right ("Balancing weight-balanced trees", 2011). */
const HEAVIEST_RATIO = 3;
const SINGLE_ROTATION_RATIO = 2;

function balanced<K, V>(key: K, value: V, left: SortedMap<K, V>, right: SortedMap<K, V>): Node<K, V> {
  if (right !== null && weight(right) > HEAVIEST_RATIO * weight(left)) {
    const { left: inner, right: outer } = right;
    if (inner === null || weight(inner) < SINGLE_ROTATION_RATIO * weight(outer))
      return node(right.key, right.value, node(key, value, left, inner), outer);
    return node(inner.key, inner.value, node(key, value, left, inner.left), node(right.key, right.value, inner.right, outer));
  }
  if (left !== null && weight(left) > HEAVIEST_RATIO * weight(right)) {
    const { left: outer, right: inner } = left;
    if (inner === null || weight(inner) < SINGLE_ROTATION_RATIO * weight(outer))
      return node(left.key, left.value, outer, node(key, value, inner, right));
    return node(inner.key, inner.value, node(left.key, left.value, outer, inner.left), node(key, value, inner.right, right));
  }
  return node(key, value, left, right);
}

function weight<K, V>(map: SortedMap<K, V>): number {
  return size(map) + 1;
}

function node<K, V>(key: K, value: V, left: SortedMap<K, V>, right: SortedMap<K, V>): Node<K, V> {
  return { key, value, size: size(left) + size(right) + 1, left, right };
}
