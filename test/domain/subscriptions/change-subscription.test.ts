import { describe, expect, test } from "vitest";
import type { PlanVersion } from "#domain/catalog/plan";
import type { Currency } from "#domain/money/currency";
import { type ChangeSubscription, changeSubscription } from "#domain/subscriptions/change-subscription";
import type { Subscription } from "#domain/subscriptions/subscription";
import { formatInstant } from "#domain/time/instant";
import { BillingStory, taken } from "#test/domain/support/billing-story";
import { flat, instantOf, perUnit, plan, seat, YEARLY } from "#test/domain/support/plans";

const starter = plan("starter", [flat("base", "20.00"), seat("seats", perUnit("5.00"))]);
const team = plan("team", [flat("base", "60.00"), seat("seats", perUnit("4.00")), seat("viewers", perUnit("1.00"))]);
const annual = plan("annual", [flat("base", "600.00")], { interval: YEARLY });
const at = instantOf("2024-04-11T15:00:00Z");

const subscribed = (): Subscription => new BillingStory(starter, "2024-04-01T00:00:00Z", { quantities: { seats: "3" } }).subscription;
const changed = (change: Partial<ChangeSubscription> = {}): Subscription =>
  taken(changeSubscription({ subscription: subscribed(), plan: team, quantities: {}, at, now: at, ...change }));
const codeOf = (change: Partial<ChangeSubscription>): string | null => {
  const result = changeSubscription({ subscription: subscribed(), plan: team, quantities: {}, at, now: at, ...change });
  return result.ok ? null : result.error.code;
};

test("the new terms are in force from the instant; the old ones stay in the history", () => {
  const { revisions } = changed();
  expect(revisions.map(({ from, planVersion }) => [formatInstant(from), planVersion])).toEqual([
    ["2024-04-01T00:00:00Z", "pv_starter"],
    ["2024-04-11T15:00:00Z", "pv_team"],
  ]);
});

test("a seat price of the same key keeps its quantity, a new one begins with one seat", () => {
  expect(changed().revisions[1]?.quantities).toEqual({ seats: "3", viewers: "1" });
});

test("the same interval keeps the billing periods", () => {
  const { revisions } = changed();
  expect(revisions[1]?.cadence).toEqual(revisions[0].cadence);
});

test("another interval begins its periods on the local day of the change", () => {
  expect(changed({ plan: annual }).revisions[1]?.cadence).toEqual({ interval: YEARLY, anchorOn: "2024-04-11", anchorDay: 11 });
});

test("a second change at the same instant replaces the first", () => {
  const twice = changed({ subscription: changed(), plan: annual });
  expect(twice.revisions.map(({ planVersion }) => planVersion)).toEqual(["pv_starter", "pv_annual"]);
});

test("there and back at one instant leaves the history as it was", () => {
  const before = subscribed();
  expect(changed({ subscription: changed({ subscription: before }), plan: starter })).toEqual(before);
  expect(
    changed({ subscription: changed({ subscription: before, plan: annual }), plan: starter, quantities: { seats: "3" } }).revisions,
  ).toEqual(before.revisions);
});

test("a change at the very start replaces the first terms", () => {
  expect(changed({ at: subscribed().startAt }).revisions).toMatchObject([
    { from: instantOf("2024-04-01T00:00:00Z"), planVersion: "pv_team" },
  ]);
});

describe("refused is", () => {
  test("what changes nothing", () => {
    expect(codeOf({ plan: starter })).toBe("nothing_to_change");
    expect(codeOf({ plan: starter, quantities: { seats: "3" } })).toBe("nothing_to_change");
  });
  test("a draft plan, or one in another currency", () => {
    const { publishedAt: _, ...terms } = team as PlanVersion & { publishedAt: number };
    expect(codeOf({ plan: { ...terms, status: "draft" } })).toBe("plan_not_published");
    expect(codeOf({ plan: { ...team, currency: "EUR" as Currency } })).toBe("currency_mismatch");
  });
  test("an instant in the future", () => {
    expect(codeOf({ at: at + 1 })).toBe("change_in_future");
  });
  test("an instant before the latest change", () => {
    expect(codeOf({ subscription: changed(), at: at - 1 })).toBe("change_out_of_order");
  });
  test("an instant in a period that is closed", () => {
    expect(codeOf({ subscription: { ...subscribed(), unsettledFrom: at + 1 } })).toBe("change_out_of_order");
  });
  test("a subscription that is not active, or has ended by then", () => {
    expect(codeOf({ subscription: { ...subscribed(), status: "canceled" } })).toBe("not_active");
    expect(codeOf({ subscription: { ...subscribed(), status: "scheduled" } })).toBe("not_active");
    expect(codeOf({ subscription: { ...subscribed(), endAt: at } })).toBe("not_active");
  });
  test("a quantity that is none", () => {
    expect(codeOf({ quantities: { seats: "2.5" } })).toBe("invalid_quantity");
    expect(codeOf({ quantities: { chairs: "2" } })).toBe("unknown_quantity");
  });
});
