import type { Revision } from "#domain/subscriptions/subscription";
import { cadenceCut } from "#domain/subscriptions/term-ranges";
import { billingPeriod, type Timeline, usageWindow } from "#domain/subscriptions/usage-window";
import { assert } from "#domain/assert";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";

/** A usage window with what rating it needs: the terms, the billing period it is part of, and when it can be billed. */
export type RatedWindow = {
  readonly revision: Revision;
  readonly window: Period;
  readonly billingPeriod: Period;
  readonly closesAt: Instant;
};

/**
 * The usage windows of all billing periods that reach past `from` and begin by `through`, in time order. Earlier windows of
 * the same billing period come along: the cumulative quantity runs through the whole period.
 */
export function usageWindows(timeline: Timeline, from: Instant, through: Instant): RatedWindow[] {
  const { revisions, startAt, endAt, zone } = timeline;
  return revisions.flatMap((revision, index) => {
    const windows: RatedWindow[] = [];
    const until = Math.min(revisions[index + 1]?.from ?? Infinity, endAt ?? Infinity);
    const cut = Math.min(cadenceCut(timeline, index), until === endAt ? endAt : Infinity);
    const firstPeriod = billingPeriod(revision.cadence, from, zone).start;
    let at = Math.max(revision.from, startAt, firstPeriod);
    while (at < until && at <= through) {
      const window = usageWindow(timeline, at);
      assert(window !== null, `no terms in force at ${at}`);
      const period = billingPeriod(revision.cadence, at, zone);
      windows.push({ revision, window, billingPeriod: period, closesAt: Math.max(window.end, Math.min(period.end, cut)) });
      at = window.end;
    }
    return windows;
  });
}
