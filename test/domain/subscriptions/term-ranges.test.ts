import { describe, expect, test } from "vitest";
import type { Subscription } from "#domain/subscriptions/subscription";
import { termRanges } from "#domain/subscriptions/term-ranges";
import { BillingStory } from "#test/domain/support/billing-story";
import { flat, instantOf, plan } from "#test/domain/support/plans";

const a = plan("a", [flat("base", "10.00")]);
const b = plan("b", [flat("base", "20.00")]);
const c = plan("c", [flat("base", "30.00")]);
const start = "2024-04-01T07:00:00Z"; // midnight in Los Angeles
const story = (): BillingStory => new BillingStory(a, start, { zone: "America/Los_Angeles" });
const rangesOf = (subscription: Subscription): string[] =>
  termRanges(subscription).map((range) => `${range.revision.planVersion} ${range.start}..${range.end ?? ""}`);

describe("a local day bills what is in force just before it ends", () => {
  test("a start in the middle of a day counts from that day", () => {
    expect(rangesOf(new BillingStory(a, "2024-04-01T23:00:00Z", { zone: "America/Los_Angeles" }).subscription)).toEqual([
      "pv_a 2024-04-01..",
    ]);
  });

  test("a change in the middle of a day counts from that day", () => {
    expect(rangesOf(story().change("2024-04-11T18:00:00Z", b).subscription)).toEqual(["pv_a 2024-04-01..2024-04-11", "pv_b 2024-04-11.."]);
  });

  test("a change at the day's first instant counts from that day", () => {
    expect(rangesOf(story().change("2024-04-11T07:00:00Z", b).subscription)).toEqual(["pv_a 2024-04-01..2024-04-11", "pv_b 2024-04-11.."]);
  });

  test("a change in the last millisecond of a day still counts from that day", () => {
    expect(rangesOf(story().change("2024-04-12T06:59:59.999Z", b).subscription)).toEqual([
      "pv_a 2024-04-01..2024-04-11",
      "pv_b 2024-04-11..",
    ]);
  });

  test("of several changes on one day the last one bills it", () => {
    const { subscription } = story().change("2024-04-11T10:00:00Z", b).change("2024-04-11T20:00:00Z", c);
    expect(rangesOf(subscription)).toEqual(["pv_a 2024-04-01..2024-04-11", "pv_c 2024-04-11.."]);
  });

  test("there and back on one day bills the old terms all along", () => {
    const { subscription } = story().change("2024-04-11T10:00:00Z", b).change("2024-04-11T20:00:00Z", a);
    expect(rangesOf(subscription)).toEqual(["pv_a 2024-04-01..2024-04-11", "pv_a 2024-04-11.."]);
  });
});

describe("an end", () => {
  const endingAt = (endAt: string): Subscription => ({ ...story().subscription, endAt: instantOf(endAt) });

  test("in the middle of a day counts from the next day: what was in force last bills that day", () => {
    expect(rangesOf(endingAt("2024-04-20T18:00:00Z"))).toEqual(["pv_a 2024-04-01..2024-04-21"]);
  });

  test("at a day's first instant bills nothing of that day", () => {
    expect(rangesOf(endingAt("2024-04-20T07:00:00Z"))).toEqual(["pv_a 2024-04-01..2024-04-20"]);
  });

  test("on the day of the start bills one day", () => {
    expect(rangesOf(endingAt("2024-04-01T18:00:00Z"))).toEqual(["pv_a 2024-04-01..2024-04-02"]);
  });

  test("at the start bills nothing", () => {
    expect(rangesOf(endingAt(start))).toEqual([]);
  });
});
