import { expect, test } from "vitest";
import { cancelSubscription } from "#domain/subscriptions/cancel-subscription";
import { formatInstant } from "#domain/time/instant";
import { BillingStory, taken } from "#test/domain/support/billing-story";
import { flat, instantOf, plan, YEARLY } from "#test/domain/support/plans";

const pro = plan("pro", [flat("base", "99.00")]);
const annual = plan("annual", [flat("base", "990.00")], { interval: YEARLY });

test("a canceled subscription ends with the billing period that is open, at local midnight", () => {
  const { subscription } = new BillingStory(pro, "2024-01-31T08:00:00Z", { zone: "America/Los_Angeles" }).cancel("2024-02-10T00:00:00Z");
  expect(subscription.endAt === null ? null : formatInstant(subscription.endAt)).toBe("2024-02-29T08:00:00Z");
  expect(subscription.status).toBe("active");
});

test("the open period is that of the terms in force now", () => {
  const story = new BillingStory(pro, "2024-01-01T00:00:00Z").change("2024-01-16T00:00:00Z", annual).cancel("2024-01-20T00:00:00Z");
  expect(story.subscription.endAt).toBe(instantOf("2025-01-16T00:00:00Z"));
});

test("at the instant a period begins, that period is the open one", () => {
  expect(new BillingStory(pro, "2024-01-01T00:00:00Z").cancel("2024-02-01T00:00:00Z").subscription.endAt).toBe(
    instantOf("2024-03-01T00:00:00Z"),
  );
});

test("one that has not begun ends before it begins", () => {
  const { subscription } = new BillingStory(pro, "2024-03-01T00:00:00Z");
  const scheduled = { ...subscription, status: "scheduled" } as const;
  expect(taken(cancelSubscription(scheduled, instantOf("2024-02-01T00:00:00Z"))).endAt).toBe(subscription.startAt);
});

test("a second cancellation is refused", () => {
  const { subscription } = new BillingStory(pro, "2024-01-01T00:00:00Z").cancel("2024-01-02T00:00:00Z");
  expect(cancelSubscription(subscription, instantOf("2024-01-03T00:00:00Z"))).toMatchObject({
    ok: false,
    error: { code: "already_canceled" },
  });
});
