import type { Reset } from "#domain/catalog/feature";
import { billingPeriod, revisionAt, type Timeline } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";

/**
 * The window in which an entitlement's use is counted at an instant. Computed from the timeline, so a reset needs no job to
 * be right. A change of plan inside a billing period does not reset it. Null when the subscription is not in force.
 */
export function entitlementWindow(timeline: Timeline, reset: Reset, at: Instant): Period | null {
  const revision = revisionAt(timeline, at);
  if (revision === null) return null;
  const end = timeline.endAt ?? Infinity;
  if (reset === "never") return { start: timeline.startAt, end };
  const period = billingPeriod(revision.cadence, at, timeline.zone);
  return { start: Math.max(period.start, timeline.startAt), end: Math.min(period.end, end) };
}
