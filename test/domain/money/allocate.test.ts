import fc from "#test/domain/support/fast-check";
import { expect, test } from "vitest";
import { allocate } from "#domain/money/allocate";

test.each([
  ["a dollar in three", 100n, [1n, 1n, 1n], [34n, 33n, 33n]],
  ["the largest remainder first", 100n, [1n, 1n, 4n], [17n, 17n, 66n]],
  ["a credit like its charge", -100n, [1n, 1n, 1n], [-34n, -33n, -33n]],
  ["nothing to a weight of nothing", 5n, [0n, 1n], [0n, 5n]],
  ["a discount of 100 over 333, 333 and 334", 100n, [333n, 333n, 334n], [33n, 33n, 34n]],
] as const)("%s", (_title, total, weights, expected) => {
  expect(allocate(total, weights)).toEqual(expected);
});

const weights = fc.array(fc.bigInt(0n, 10n ** 12n), { minLength: 1, maxLength: 20 }).filter((list) => list.some((weight) => weight > 0n));

test("the parts sum to the whole, and each is within one unit of its exact share", () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), weights, (total, list) => {
      const parts = allocate(total, list);
      const whole = list.reduce((sum, weight) => sum + weight, 0n);
      expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(total);
      for (const [index, part] of parts.entries()) {
        const error = part * whole - total * (list[index] ?? 0n);
        expect(error < whole && error > -whole).toBe(true);
      }
    }),
  );
});

test("weights of nothing are a bug of the caller", () => {
  expect(() => allocate(1n, [0n, 0n])).toThrow("cannot allocate");
});
