import { present } from "#domain/assert";
import { billingPeriod, revisionAt, type Timeline } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";

/** The first period boundary after an instant, or null where the subscription ends before or at it: the end closes that period. */
export function nextBoundary(timeline: Timeline, after: Instant): Instant | null {
  const at = Math.max(after, timeline.startAt);
  if (timeline.endAt !== null && at >= timeline.endAt) return null;
  const revision = present(revisionAt(timeline, at), `terms in force at ${at}`);
  const { end } = billingPeriod(revision.cadence, at, timeline.zone);
  return timeline.endAt !== null && end >= timeline.endAt ? null : end;
}
