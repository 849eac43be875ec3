import { describe, expect, test } from "vitest";
import type { PlanVersion } from "#domain/catalog/plan";
import type { Currency } from "#domain/money/currency";
import { type CreateSubscription, createSubscription } from "#domain/subscriptions/create-subscription";
import { taken } from "#test/domain/support/billing-story";
import { customer, flat, idOf, instantOf, perUnit, plan, seat } from "#test/domain/support/plans";

const team = plan("team", [flat("base", "10.00"), seat("seats", perUnit("5.00")), seat("viewers", perUnit("1.00"))]);
const given: CreateSubscription = {
  id: idOf("subscription", "sub_1"),
  customer: customer({ zone: "America/Los_Angeles" }),
  plan: team,
  startAt: instantOf("2024-01-31T08:00:00Z"),
  anchor: {},
  quantities: { seats: "3" },
  now: instantOf("2024-01-31T08:00:00Z"),
};

const codeOf = (change: Partial<CreateSubscription>): string | null => {
  const result = createSubscription({ ...given, ...change });
  return result.ok ? null : result.error.code;
};

test("a new subscription takes its zone from the customer and its periods from the local day it starts on", () => {
  const subscription = taken(createSubscription(given));
  expect(subscription).toMatchObject({
    status: "active",
    zone: "America/Los_Angeles",
    currency: "USD",
    endAt: null,
    unsettledFrom: given.startAt,
    revisions: [{ from: given.startAt, planVersion: team.id, cadence: { anchorOn: "2024-01-31", anchorDay: 31 } }],
  });
});

test("one that starts later is scheduled", () => {
  expect(taken(createSubscription({ ...given, now: given.startAt - 1 })).status).toBe("scheduled");
});

test("one may start in the past", () => {
  expect(taken(createSubscription({ ...given, now: given.startAt + 90 * 86_400_000 })).status).toBe("active");
});

test("a seat price without a quantity has one seat, and none is a quantity", () => {
  expect(taken(createSubscription({ ...given, quantities: { viewers: "0" } })).revisions[0].quantities).toEqual({
    seats: "1",
    viewers: "0",
  });
});

test("the billing day that was chosen is kept", () => {
  expect(taken(createSubscription({ ...given, anchor: { day: 15 } })).revisions[0].cadence).toMatchObject({
    anchorOn: "2024-01-15",
    anchorDay: 15,
  });
});

describe("refused is", () => {
  const { publishedAt: _, ...terms } = team as PlanVersion & { publishedAt: number };
  const draft: PlanVersion = { ...terms, status: "draft" };
  test("a plan that is not published", () => {
    expect(codeOf({ plan: draft })).toBe("plan_not_published");
  });
  test("a plan in another currency than the customer's", () => {
    expect(codeOf({ customer: customer({ currency: "EUR" as Currency }) })).toBe("currency_mismatch");
  });
  test("a quantity for a price that has none", () => {
    expect(codeOf({ quantities: { base: "2" } })).toBe("unknown_quantity");
    expect(codeOf({ quantities: { toString: "2" } })).toBe("unknown_quantity");
  });
  test.each(["-1", "1.5", "", "01", "1e3", " 2", "1000000000000000"])("the quantity %j", (seats) => {
    expect(codeOf({ quantities: { seats } })).toBe("invalid_quantity");
  });
});
