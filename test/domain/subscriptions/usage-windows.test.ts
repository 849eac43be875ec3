import { describe, expect, test } from "vitest";
import { usageWindow } from "#domain/subscriptions/usage-window";
import { usageWindows } from "#domain/subscriptions/usage-windows";
import { formatInstant, type Instant } from "#domain/time/instant";
import { BillingStory } from "#test/domain/support/billing-story";
import fc from "#test/domain/support/fast-check";
import { flat, instantOf, plan, YEARLY } from "#test/domain/support/plans";

const a = plan("a", [flat("base", "10.00")]);
const b = plan("b", [flat("base", "20.00")]);
const annual = plan("annual", [flat("base", "100.00")], { interval: YEARLY });
const textsOf = (story: BillingStory, from: string, through: string): string[] =>
  usageWindows(story.subscription, instantOf(from), instantOf(through)).map(({ window, closesAt }) =>
    [window.start, window.end, closesAt].map(formatInstant).join(" "),
  );

describe("windows", () => {
  test("are the billing periods, and close with them", () => {
    expect(textsOf(new BillingStory(a, "2024-01-01T00:00:00Z"), "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z")).toEqual([
      "2024-01-01T00:00:00Z 2024-02-01T00:00:00Z 2024-02-01T00:00:00Z",
      "2024-02-01T00:00:00Z 2024-03-01T00:00:00Z 2024-03-01T00:00:00Z",
    ]);
  });

  test("are cut where the terms change, and close together with their period", () => {
    expect(
      textsOf(
        new BillingStory(a, "2024-01-01T00:00:00Z").change("2024-01-11T10:30:00Z", b),
        "2024-01-01T00:00:00Z",
        "2024-01-31T00:00:00Z",
      ),
    ).toEqual([
      "2024-01-01T00:00:00Z 2024-01-11T10:30:00Z 2024-02-01T00:00:00Z",
      "2024-01-11T10:30:00Z 2024-02-01T00:00:00Z 2024-02-01T00:00:00Z",
    ]);
  });

  test("close at the change where another cadence takes over", () => {
    expect(
      textsOf(
        new BillingStory(a, "2024-01-01T00:00:00Z").change("2024-01-11T10:30:00Z", annual),
        "2024-01-01T00:00:00Z",
        "2024-01-31T00:00:00Z",
      ),
    ).toEqual([
      "2024-01-01T00:00:00Z 2024-01-11T10:30:00Z 2024-01-11T10:30:00Z",
      "2024-01-11T10:30:00Z 2025-01-11T00:00:00Z 2025-01-11T00:00:00Z",
    ]);
  });

  test("begin with the start and end with the end of the subscription", () => {
    const story = new BillingStory(a, "2024-01-10T08:00:00Z", { anchor: { day: 1 } }).cancel("2024-01-20T00:00:00Z");
    expect(textsOf(story, "2024-01-10T08:00:00Z", "2024-06-01T00:00:00Z")).toEqual([
      "2024-01-10T08:00:00Z 2024-02-01T00:00:00Z 2024-02-01T00:00:00Z",
    ]);
  });

  test("of earlier parts of the period come along, because the cumulative quantity runs through it", () => {
    const story = new BillingStory(a, "2024-01-01T00:00:00Z").change("2024-02-11T00:00:00Z", b);
    expect(textsOf(story, "2024-02-20T00:00:00Z", "2024-02-25T00:00:00Z")).toEqual([
      "2024-02-01T00:00:00Z 2024-02-11T00:00:00Z 2024-03-01T00:00:00Z",
      "2024-02-11T00:00:00Z 2024-03-01T00:00:00Z 2024-03-01T00:00:00Z",
    ]);
  });
});

test("every instant in force lies in exactly one window: the one the ledger counts it in", () => {
  const zones = fc.constantFrom("UTC", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Beirut");
  const changes = fc.array(fc.record({ hours: fc.integer({ min: 0, max: 900 }), plan: fc.constantFrom(a, b, annual) }), { maxLength: 5 });
  fc.assert(
    fc.property(zones, fc.integer({ min: 1, max: 31 }), changes, fc.integer({ min: 0, max: 200 * 24 }), (zone, day, list, hour) => {
      const story = new BillingStory(a, "2018-09-20T13:00:00Z", { zone, anchor: { day } });
      let at: Instant = story.subscription.startAt;
      let current = a;
      for (const change of list) {
        at += change.hours * 3_600_000;
        if (change.plan !== current) story.change(formatInstant(at), change.plan);
        current = change.plan;
      }
      const instant = story.subscription.startAt + hour * 3_600_000;
      const windows = usageWindows(story.subscription, story.subscription.startAt, instant).map(({ window }) => window);
      expect(windows.filter((window) => window.start <= instant && instant < window.end)).toEqual([
        usageWindow(story.subscription, instant),
      ]);
      for (const [index, window] of windows.slice(1).entries()) expect(window.start).toBe(windows[index]?.end);
    }),
  );
});
