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
  test.each<[string, MrrLevel[], MrrLevel[], [string, string, bigint][]]>([
    ["where there was nothing is new", [], [at("a", "fee", 35n)], [["new", "a fee", 35n]]],
    ["to nothing is churn", [at("a", "fee", 35n)], [], [["churn", "a fee", -35n]]],
    ["upwards is expansion", [at("a", "seats", 50n)], [at("a", "seats", 70n)], [["expansion", "a seats", 20n]]],
    ["downwards is contraction", [at("a", "seats", 70n)], [at("a", "seats", 50n)], [["contraction", "a seats", -20n]]],
    [
      "to a dearer plan carries over what there was, and the rest is expansion",
      [at("old", "fee", 30n)],
      [at("new", "fee", 60n)],
      [
        ["transfer", "old fee", -30n],
        ["transfer", "new fee", 30n],
        ["expansion", "new fee", 30n],
      ],
    ],
    [
      "to a cheaper plan carries over what there will be, and the rest is contraction",
      [at("old", "fee", 60n)],
      [at("new", "fee", 30n)],
      [
        ["transfer", "old fee", -30n],
        ["contraction", "old fee", -30n],
        ["transfer", "new fee", 30n],
      ],
    ],
    [
      "to a plan that costs the same is a transfer",
      [at("old", "fee", 29n)],
      [at("new", "fee", 29n)],
      [
        ["transfer", "old fee", -29n],
        ["transfer", "new fee", 29n],
      ],
    ],
    [
      "to a plan of more items fills them in their order",
      [at("old", "fee", 30n)],
      [at("new", "fee", 20n), at("new", "seats", 25n)],
      [
        ["transfer", "old fee", -30n],
        ["transfer", "new fee", 20n],
        ["transfer", "new seats", 10n],
        ["expansion", "new seats", 15n],
      ],
    ],
    [
      "from one item to another of the same plan is a transfer too",
      [at("a", "fee", 10n), at("a", "seats", 50n)],
      [at("a", "fee", 40n), at("a", "seats", 30n)],
      [
        ["transfer", "a fee", 20n],
        ["expansion", "a fee", 10n],
        ["transfer", "a seats", -20n],
      ],
    ],
    ["to a plan that costs nothing is churn", [at("old", "fee", 29n)], [at("free", "fee", 0n)], [["churn", "old fee", -29n]]],
    ["from a plan that costs nothing is new", [at("free", "fee", 0n)], [at("new", "fee", 29n)], [["new", "new fee", 29n]]],
    ["that changes nothing is none", [at("a", "fee", 29n)], [at("a", "fee", 29n)], []],
  ])("%s", (_title, before, after, expected) => {
    expect(mrrMovements(before, after).map(({ type, planVersion, item, amount }) => [type, `${planVersion} ${item}`, amount])).toEqual(
      expected,
    );
  });

  const item = fc
    .tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom("fee", "seats"), fc.bigInt(0n, 10n ** 12n))
    .map(([version, key, level]) => at(version, key, level));
  const terms = fc.uniqueArray(item, { maxLength: 5, selector: ({ planVersion, item: key }) => `${planVersion} ${key}` });
  const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
  const within = (levels: readonly MrrLevel[], plan: string): bigint =>
    sum(levels.filter(({ planVersion }) => planVersion === plan).map(({ level }) => level));

  test("and all before it sum to the level there is, plan by plan and item by item", () => {
    fc.assert(
      fc.property(fc.array(terms, { minLength: 1, maxLength: 8 }), (history) => {
        const movements = history.flatMap((after, index) => mrrMovements(history[index - 1] ?? [], after));
        const levels = new Map<string, bigint>();
        for (const { planVersion, item: key, amount } of movements)
          levels.set(`${planVersion} ${key}`, (levels.get(`${planVersion} ${key}`) ?? 0n) + amount);
        const end = history.at(-1) ?? [];
        const known = new Map(end.map(({ planVersion, item: key, level }) => [`${planVersion} ${key}`, level]));
        for (const key of new Set([...levels.keys(), ...known.keys()])) expect(levels.get(key) ?? 0n).toBe(known.get(key) ?? 0n);
        for (const plan of ["a", "b", "c"])
          expect(sum(movements.filter(({ planVersion }) => planVersion === plan).map(({ amount }) => amount))).toBe(within(end, plan));
      }),
    );
  });

  test("has the sign its type says, and transfers sum to nothing", () => {
    fc.assert(
      fc.property(terms, terms, (before, after) => {
        const movements = mrrMovements(before, after);
        const ofType = (...types: string[]): bigint[] => movements.filter(({ type }) => types.includes(type)).map(({ amount }) => amount);
        expect(ofType("new", "expansion").every((amount) => amount > 0n)).toBe(true);
        expect(ofType("churn", "contraction").every((amount) => amount < 0n)).toBe(true);
        expect(ofType("transfer").includes(0n)).toBe(false);
        expect(sum(ofType("transfer"))).toBe(0n);
        expect(new Set(movements.map(({ type }) => type).filter((type) => type !== "transfer")).size <= 1).toBe(true);
      }),
    );
  });
});
