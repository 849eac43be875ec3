import { expect, test } from "vitest";
import { BillingStory } from "#test/domain/support/billing-story";
import { flat, perUnit, plan, seat, usage, YEARLY } from "#test/domain/support/plans";

const calls = plan("calls", [seat("seats", perUnit("1")), usage("calls", perUnit("1"))]);

test("late usage after a change of terms bills nothing of the part before the change again", () => {
  const story = new BillingStory(calls, "2024-01-01T00:00:00Z").use("calls", "2024-01-02T00:00:00Z", "5");
  story.change("2024-01-16T12:00:00Z", calls, { seats: "2" }).use("calls", "2024-01-20T00:00:00Z", "7");
  story.bill("2024-02-01T00:00:00Z");
  story.useLate("calls", "2024-01-31T00:00:00Z", "3");
  expect(story.texts(story.lines("2024-02-02T00:00:00Z"))).toEqual(["calls 2024-01-16..2024-02-01 usage 3.00"]);
});

test("a plan left and taken up again under new periods keeps the days it has billed", () => {
  const monthly = plan("monthly", [flat("fee", "31.00")]);
  const yearly = plan("yearly", [flat("fee", "365.00")], { interval: YEARLY });
  const story = new BillingStory(monthly, "2022-08-01T00:00:00Z");
  story.change("2022-08-25T20:00:00Z", yearly).bill("2022-08-25T20:00:00Z");
  story.change("2022-08-25T20:00:00Z", monthly).change("2022-09-07T23:00:00Z", yearly);
  expect(story.bill("2022-09-07T23:00:00Z")).toEqual([
    "fee 2022-08-25..2022-09-07 credit -13.00",
    "fee 2022-08-25..2022-09-01 charge 7.00",
    "fee 2022-09-01..2022-09-07 charge 6.20",
    "fee 2023-08-25..2023-09-07 charge 13.00",
  ]);
  expect(story.lines("2022-09-08T00:00:00Z")).toEqual([]);
});
