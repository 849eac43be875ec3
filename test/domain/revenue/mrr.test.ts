import { describe, expect, test } from "vitest";
import { type MrrLevel, mrrLevels, mrrMovements } from "#domain/revenue/mrr";
import type { IntervalUnit } from "#domain/time/cadence";
import { BillingStory } from "#test/domain/support/billing-story";
import fc from "#test/domain/support/fast-check";
import { flat, graduated, idOf, JPY, perUnit, plan, seat, usage } from "#test/domain/support/plans";

const levelsOf = (given: ReturnType<typeof plan>, quantities: Record<string, string> = {}): bigint[] =>
  mrrLevels(given, new BillingStory(given, "2024-01-01T00:00:00Z", { quantities }).subscription.revisions[0]).map(({ level }) => level);

describe("a level, in millionths of a minor unit a month", () => {
  test.each<[IntervalUnit, number, string, bigint]>([
    ["month", 1, "35.00", 3_500_000_000n],
    ["quarter", 1, "300.00", 10_000_000_000n],
    ["half_year", 1, "600.00", 10_000_000_000n],
    ["year", 1, "1200.00", 10_000_000_000n],
    ["year", 1, "1000.00", 8_333_333_333n],
    ["year", 2, "2400.00", 10_000_000_000n],
    ["month", 18, "180.00", 1_000_000_000n],
    ["week", 1, "12.00", 5_200_000_000n],
    ["week", 2, "12.00", 2_600_000_000n],
    ["day", 1, "12.00", 36_500_000_000n],
  ])("every %s × %i at %s", (unit, count, amount, level) => {
    expect(levelsOf(plan("p", [flat("fee", amount)], { interval: { unit, count } }))).toEqual([level]);
  });

  test("seats count at the price of all of them, usage does not count", () => {
    const team = plan("team", [flat("fee", "10.00"), seat("seats", graduated(["3", "10"], [null, "8"])), usage("calls", perUnit("1"))]);
    expect(levelsOf(team, { seats: "5" })).toEqual([1_000_000_000n, 4_600_000_000n]);
  });

  test("yen have no cents", () => {
    expect(levelsOf(plan("p", [flat("fee", "500")], { currency: JPY }))).toEqual([500_000_000n]);
  });
});

const at = (planVersion: string, item: string, level: bigint): MrrLevel => ({
  planVersion: idOf("plan_version", planVersion),
  item,
  level,
});

describe("a movement", () => {
  test.each<[string, MrrLevel[], MrrLevel[], [string, bigint][]]>([
    ["where there was nothing is new", [], [at("a", "fee", 35n)], [["new", 35n]]],
    ["to nothing is churn", [at("a", "fee", 35n)], [], [["churn", -35n]]],
    ["upwards is expansion", [at("a", "seats", 50n)], [at("a", "seats", 70n)], [["expansion", 20n]]],
    ["downwards is contraction", [at("a", "seats", 70n)], [at("a", "seats", 50n)], [["contraction", -20n]]],
    [
      "to a dearer plan is an expansion of each item",
      [at("a", "fee", 29n)],
      [at("b", "fee", 99n)],
      [
        ["expansion", -29n],
        ["expansion", 99n],
      ],
    ],
    [
      "to a plan that costs the same is a transfer",
      [at("a", "fee", 29n)],
      [at("b", "fee", 29n)],
      [
        ["transfer", -29n],
        ["transfer", 29n],
      ],
    ],
    ["that changes nothing is none", [at("a", "fee", 29n)], [at("a", "fee", 29n)], []],
  ])("%s", (_title, before, after, expected) => {
    expect(mrrMovements(before, after).map(({ type, amount }) => [type, amount])).toEqual(expected);
  });

  test("and all before it sum to the level there is", () => {
    const item = fc
      .tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom("fee", "seats"), fc.bigInt(0n, 10n ** 12n))
      .map(([version, key, level]) => at(version, key, level));
    const terms = fc.uniqueArray(item, { maxLength: 5, selector: ({ planVersion, item: key }) => `${planVersion} ${key}` });
    fc.assert(
      fc.property(fc.array(terms, { minLength: 1, maxLength: 8 }), (history) => {
        const movements = history.flatMap((after, index) => mrrMovements(history[index - 1] ?? [], after));
        const levels = new Map<string, bigint>();
        for (const { planVersion, item: key, amount } of movements)
          levels.set(`${planVersion} ${key}`, (levels.get(`${planVersion} ${key}`) ?? 0n) + amount);
        const end = new Map((history.at(-1) ?? []).map(({ planVersion, item: key, level }) => [`${planVersion} ${key}`, level]));
        for (const key of new Set([...levels.keys(), ...end.keys()])) expect(levels.get(key) ?? 0n).toBe(end.get(key) ?? 0n);
      }),
    );
  });
});
