import { expect, it, test } from "vitest";
import type { Algebra } from "#domain/metering/algebra";
import { algebraOf, type Total } from "#domain/metering/algebra-of";
import { byPlace, type MergedTotal, type Merging, type PartTotal, placeOf, TotalMerge } from "#domain/metering/merge-totals";
import { UTC } from "#domain/time/zone";
import fc from "#test/domain/support/fast-check";

const DAY = 86_400_000;
const sum = algebraOf({ type: "sum", value: { property: "value" } }, UTC) as Algebra<Total> & {
  merge: NonNullable<Algebra<Total>["merge"]>;
};

function merged(parts: readonly PartTotal[], how: Partial<Merging> = {}): MergedTotal[] {
  const merge = new TotalMerge(sum, { groupBy: [], byCustomer: false, windows: true, ...how });
  for (const part of parts) merge.add(part);
  return merge.totals(10 * DAY);
}

const part = (day: number, customer: string, state: string, group: PartTotal["group"] = {}): PartTotal => ({
  window: { start: day * DAY, end: (day + 1) * DAY },
  customer,
  group,
  state,
  exact: true,
});

it("adds what shares a window, whoever it is of", () => {
  expect(
    merged([part(1, "b", "0.1"), part(0, "a", "1"), part(1, "a", "0.2")]).map(({ window, customer, value }) => [
      window.start / DAY,
      customer,
      value,
    ]),
  ).toEqual([
    [0, null, "1"],
    [1, null, "0.3"],
  ]);
});

it("without windows spans from the first to the last", () => {
  expect(merged([part(3, "a", "1"), part(1, "b", "2")], { windows: false })).toEqual([
    { window: { start: DAY, end: 4 * DAY }, customer: null, group: {}, value: "3", exact: true },
  ]);
});

it("tells an absent value from an empty one, and forgets what is not asked for", () => {
  const parts = [part(0, "a", "1", { region: null, tier: "x" }), part(0, "a", "2", { region: "" }), part(0, "b", "4", { tier: "y" })];
  expect(merged(parts, { groupBy: ["region"] }).map(({ group, value }) => [group, value])).toEqual([
    [{ region: "" }, "2"],
    [{ region: null }, "5"],
  ]);
});

it("is exact only where every part is", () => {
  expect(merged([part(0, "a", "1"), { ...part(0, "b", "1"), exact: false }])[0]?.exact).toBe(false);
});

test("any order of the parts gives the same totals, in the order of their places", () => {
  const parts = fc.array(
    fc
      .record({
        day: fc.integer({ min: 0, max: 3 }),
        customer: fc.constantFrom("a", "b", "c"),
        value: fc.integer({ min: -50, max: 50 }),
        region: fc.constantFrom("eu", "us", null),
      })
      .map(({ day, customer, value, region }) => part(day, customer, `${value}.5`, { region })),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(parts, fc.boolean(), fc.nat(), (all, byCustomer, turn) => {
      const how = { groupBy: ["region"], byCustomer };
      const totals = merged(all, how);
      const at = all.length === 0 ? 0 : turn % all.length;
      expect(merged([...all.slice(at).toReversed(), ...all.slice(0, at)], how)).toEqual(totals);
      expect([...totals].sort(byPlace)).toEqual(totals);
      expect(new Set(totals.map(placeOf)).size).toBe(totals.length);
    }),
  );
});
