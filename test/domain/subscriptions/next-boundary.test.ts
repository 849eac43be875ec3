import { expect, test } from "vitest";
import { nextBoundary } from "#domain/subscriptions/next-boundary";
import type { Timeline } from "#domain/subscriptions/usage-window";
import { formatInstant } from "#domain/time/instant";
import { BillingStory } from "#test/domain/support/billing-story";
import { flat, instantOf, plan, YEARLY } from "#test/domain/support/plans";

const pro = plan("pro", [flat("base", "99.00")]);
const annual = plan("annual", [flat("base", "990.00")], { interval: YEARLY });

function boundariesOf(timeline: Timeline, most: number): string[] {
  const found: string[] = [];
  for (let at = nextBoundary(timeline, timeline.startAt - 1); at !== null && found.length < most; at = nextBoundary(timeline, at))
    found.push(formatInstant(at));
  return found;
}

test("boundaries are local midnights of the anchor's day, through both changes of the clock", () => {
  const { subscription } = new BillingStory(pro, "2024-01-31T08:00:00Z", { zone: "America/Los_Angeles" });
  expect(boundariesOf(subscription, 4)).toEqual([
    "2024-02-29T08:00:00Z",
    "2024-03-31T07:00:00Z",
    "2024-04-30T07:00:00Z",
    "2024-05-31T07:00:00Z",
  ]);
});

test("the first one ends the period the start lies in, not a whole period later", () => {
  const { subscription } = new BillingStory(pro, "2024-03-01T09:30:00Z", { anchor: { day: 15 } });
  expect(boundariesOf(subscription, 2)).toEqual(["2024-03-15T00:00:00Z", "2024-04-15T00:00:00Z"]);
});

test("there is none at or after the end: the end closes the last period", () => {
  const { subscription } = new BillingStory(pro, "2024-01-01T00:00:00Z").cancel("2024-02-10T00:00:00Z");
  expect(boundariesOf(subscription, 9)).toEqual(["2024-02-01T00:00:00Z"]);
  expect(nextBoundary(subscription, instantOf("2024-03-01T00:00:00Z"))).toBeNull();
});

test("other terms of the same interval move no boundary", () => {
  const story = new BillingStory(pro, "2024-01-01T00:00:00Z").change("2024-01-10T12:00:00Z", plan("team", [flat("base", "199.00")]));
  expect(boundariesOf(story.subscription, 2)).toEqual(["2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"]);
});

test("where another cadence takes over, its first day is a boundary", () => {
  const story = new BillingStory(pro, "2024-01-01T00:00:00Z").change("2024-02-10T12:00:00Z", annual);
  expect(boundariesOf(story.subscription, 4)).toEqual([
    "2024-02-01T00:00:00Z",
    "2024-02-10T00:00:00Z",
    "2025-02-10T00:00:00Z",
    "2026-02-10T00:00:00Z",
  ]);
});
