import { describe, expect, it, test } from "vitest";
import { type BillEffect, billEffects, type ChangedWindow, lookingBackTo } from "#domain/invoices/bill-effects";
import { usageCosts } from "#domain/invoices/usage-lines";
import { decimal } from "#domain/money/decimal";
import { usageWindow } from "#domain/subscriptions/usage-window";
import { present } from "#domain/assert";
import { BillingStory } from "#test/domain/support/billing-story";
import fc from "#test/domain/support/fast-check";
import { graduated, idOf, instantOf, packages, perUnit, plan, usage } from "#test/domain/support/plans";

const START = "2026-03-01T00:00:00Z";
const tiered = plan("tiered", [usage("calls", graduated(["100", "0.10"], [null, "0.01"]))]);
const dear = plan("dear", [usage("calls", packages("10", "1.00"), "5")]);

type Quantities = Readonly<Record<string, string>>;

/** The bill of a story whose windows hold these quantities, by day of their start. */
function billing(story: BillingStory, asOf: string, quantities: Quantities) {
  const reading = (_: string, start: number) => decimal(quantities[new Date(start).toISOString().slice(0, 10)] ?? "0");
  return { subscription: story.subscription, planVersions: story.plans, usage: reading, asOf: instantOf(asOf), includeOpen: true };
}

function changed(story: BillingStory, at: string, before: string, after: string, invoice: string | null = null): ChangedWindow {
  const window = present(usageWindow(story.subscription, instantOf(at)), "window");
  return { meter: "calls", window, before, after, invoice: invoice === null ? null : idOf("invoice", invoice) };
}

const told = ({ landsOn, lines }: BillEffect) => [
  landsOn,
  lines.map(({ period, before, after, difference }) => [
    new Date(period.start).toISOString().slice(0, 10),
    before.amount,
    after.amount,
    difference.amount,
  ]),
];

describe("an effect on the bill", () => {
  it("is what the price makes of both quantities, included units and tiers as on the invoice", () => {
    const story = new BillingStory(tiered, START);
    const effect = changed(story, "2026-03-10T00:00:00Z", "90", "120");
    const [one] = billEffects(billing(story, "2026-03-20T00:00:00Z", {}), [effect], {
      now: instantOf("2026-03-20T00:00:00Z"),
      draftedThrough: null,
    });
    expect(told(present(one, "effect"))).toEqual(["open_period", [["2026-03-01", 900n, 1_020n, 120n]]]);
  });

  it("lands on the draft of its period, or on the next invoice once one was issued or there is no draft", () => {
    const story = new BillingStory(tiered, START);
    const now = instantOf("2026-04-01T06:00:00Z");
    const close = instantOf("2026-04-01T00:00:00Z");
    const placeOf = (invoice: string | null, draftedThrough: number | null) =>
      billEffects(billing(story, "2026-04-01T06:00:00Z", {}), [changed(story, START, "1", "2", invoice)], { now, draftedThrough })[0]
        ?.landsOn;
    expect(placeOf(null, close)).toBe("draft");
    expect(placeOf("inv_1", close)).toBe("next_invoice");
    expect(placeOf(null, null)).toBe("next_invoice");
  });

  it("is told for a later window of the period too, whose price runs on from the changed quantity", () => {
    const story = new BillingStory(tiered, START).change("2026-03-16T00:00:00Z", dear);
    const quantities = { "2026-03-01": "10", "2026-03-16": "10" };
    const effect = changed(story, START, "10", "3");
    const scene = { now: instantOf("2026-03-20T00:00:00Z"), draftedThrough: null };
    const [one] = billEffects(billing(story, "2026-03-20T00:00:00Z", quantities), [effect], scene);
    // 10 then 10 of `dear`: packages of 10 over 5 included, from 10 to 20: 2 − 1; from 3 to 13: 1 − 0.
    expect(told(present(one, "effect"))).toEqual(["open_period", [["2026-03-01", 100n, 30n, -70n]]]);
    const [more] = billEffects(billing(story, "2026-03-20T00:00:00Z", quantities), [changed(story, START, "10", "0")], scene);
    expect(told(present(more, "effect"))).toEqual(["open_period", [["2026-03-01", 100n, 0n, -100n]]]);
    const [less] = billEffects(
      billing(story, "2026-03-20T00:00:00Z", { "2026-03-01": "10", "2026-03-16": "3" }),
      [changed(story, START, "10", "13")],
      scene,
    );
    expect(told(present(less, "effect"))).toEqual([
      "open_period",
      [
        ["2026-03-01", 100n, 130n, 30n],
        ["2026-03-16", 0n, 100n, 100n],
      ],
    ]);
  });

  it("of a meter without a price has no lines", () => {
    const story = new BillingStory(tiered, START);
    const effect = { ...changed(story, START, "1", "2"), meter: "other" };
    const [one] = billEffects(billing(story, "2026-03-20T00:00:00Z", {}), [effect], {
      now: instantOf("2026-03-20T00:00:00Z"),
      draftedThrough: null,
    });
    expect(told(present(one, "effect"))).toEqual(["open_period", []]);
  });

  it("of an issued period is seen although the bill no longer looks there", () => {
    const story = new BillingStory(tiered, START);
    story.bill("2026-05-01T00:00:00Z");
    const effect = changed(story, START, "0", "7", "inv_1");
    const asOf = "2026-05-10T00:00:00Z";
    const scene = { now: instantOf(asOf), draftedThrough: null };
    const subscription = lookingBackTo(story.subscription, [effect]);
    const [one] = billEffects({ ...billing(story, asOf, {}), subscription }, [effect], scene);
    expect(told(present(one, "effect"))).toEqual(["next_invoice", [["2026-03-01", 0n, 70n, 70n]]]);
  });
});

const quantity = fc.integer({ min: 0, max: 400 }).map(String);
const DAYS = ["2026-03-01", "2026-03-08", "2026-03-20", "2026-04-01"];

test("the differences of all lines are the difference of the two bills, each told once", () => {
  const windows = fc.array(fc.tuple(quantity, quantity, fc.boolean()), { minLength: DAYS.length, maxLength: DAYS.length });
  fc.assert(
    fc.property(windows, (given) => {
      const story = new BillingStory(tiered, START)
        .change("2026-03-08T00:00:00Z", dear)
        .change("2026-03-20T00:00:00Z", plan("flat", [usage("calls", perUnit("0.05"))]));
      const asOf = "2026-04-10T00:00:00Z";
      const of = (side: 0 | 1): Quantities => Object.fromEntries(given.map((one, index) => [DAYS[index], one[2] ? one[side] : one[0]]));
      const effects = given.flatMap(([before, after, isChanged], index) =>
        isChanged ? [changed(story, `${DAYS[index]}T00:00:00Z`, before, after)] : [],
      );
      const total = (quantities: Quantities): bigint =>
        usageCosts(billing(story, asOf, quantities)).reduce((sum, { amount }) => sum + amount.amount, 0n);
      const lines = billEffects(billing(story, asOf, of(0)), effects, { now: instantOf(asOf), draftedThrough: null }).flatMap(
        (one) => one.lines,
      );
      expect(lines.reduce((sum, { difference }) => sum + difference.amount, 0n)).toBe(total(of(1)) - total(of(0)));
      expect(new Set(lines.map(({ price, period }) => `${price} ${period.start}`)).size).toBe(lines.length);
    }),
  );
});
