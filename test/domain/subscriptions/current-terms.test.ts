import { expect, test } from "vitest";
import { currentPeriod, shownRevision } from "#domain/subscriptions/current-terms";
import { formatInstant } from "#domain/time/instant";
import { BillingStory } from "#test/domain/support/billing-story";
import { flat, instantOf, plan } from "#test/domain/support/plans";

const [a, b] = [plan("a", [flat("fee", "10.00")]), plan("b", [flat("fee", "20.00")])];
const story = new BillingStory(a, "2024-01-10T08:00:00Z", { anchor: { day: 1 } })
  .change("2024-02-05T00:00:00Z", b)
  .cancel("2024-02-06T00:00:00Z");
const periodAt = (at: string): string[] | null => {
  const period = currentPeriod(story.subscription, instantOf(at));
  return period && [formatInstant(period.start), formatInstant(period.end)];
};

test("a stub begins with the subscription, never before it", () => {
  expect(periodAt("2024-01-20T00:00:00Z")).toEqual(["2024-01-10T08:00:00Z", "2024-02-01T00:00:00Z"]);
});

test("a full period begins at its boundary, whatever changed in it", () => {
  expect(periodAt("2024-02-20T00:00:00Z")).toEqual(["2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"]);
});

test("before the start and after the end there is none", () => {
  expect([periodAt("2024-01-10T07:59:59Z"), periodAt("2024-03-01T00:00:00Z")]).toEqual([null, null]);
});

test("the terms shown are those in force, and after the end the last", () => {
  const planAt = (at: string): string => shownRevision(story.subscription, instantOf(at)).planVersion;
  expect([planAt("2024-01-20T00:00:00Z"), planAt("2024-02-05T00:00:00Z"), planAt("2025-01-01T00:00:00Z")]).toEqual([a.id, b.id, b.id]);
});
