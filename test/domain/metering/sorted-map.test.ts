import { describe, expect, it } from "vitest";
import { entries, get, set, size, type SortedMap, without } from "#domain/metering/sorted-map";
import fc from "#test/domain/support/fast-check";

type Tree = SortedMap<number, string>;
const order = (a: number, b: number): number => a - b;
const depth = (tree: Tree): number => (tree === null ? 0 : 1 + Math.max(depth(tree.left), depth(tree.right)));

describe("a sorted map", () => {
  it("is a map in order, whatever is put in and taken out", () => {
    const key = fc.integer({ min: 0, max: 40 });
    const steps = fc.array(fc.record({ key, value: fc.option(fc.string(), { nil: null }) }), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (changes) => {
        let tree: Tree = null;
        const plain = new Map<number, string>();
        for (const change of changes) {
          if (change.value === null) plain.delete(change.key);
          else plain.set(change.key, change.value);
          tree = change.value === null ? without(tree, change.key, order) : set(tree, change.key, change.value, order);
        }

        expect([...entries(tree)]).toEqual([...plain].sort(([a], [b]) => a - b));
        expect(size(tree)).toBe(plain.size);
        for (let probe = 0; probe <= 40; probe += 1) expect(get(tree, probe, order)).toBe(plain.get(probe));
      }),
    );
  });

  it("stays shallow when keys come in order, and when half of them go", () => {
    let tree: Tree = null;
    for (let key = 0; key < 10_000; key += 1) tree = set(tree, key, "", order);
    expect(depth(tree)).toBeLessThanOrEqual(24);
    for (let key = 0; key < 5_000; key += 1) tree = without(tree, key, order);
    expect(depth(tree)).toBeLessThanOrEqual(24);
  });
});
