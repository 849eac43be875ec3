import { present } from "#domain/assert";
import { cadenceCut } from "#domain/subscriptions/term-ranges";
import { billingPeriod, type Timeline } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";
import { localDate, startOfDay } from "#domain/time/zone";

/**
 * The first instant after `after` at which a billing period ends and the next begins: a boundary of the cadence, or the day
 * another cadence takes over. Null where the subscription ends before or at it: the end closes that period.
 */
export function nextBoundary(timeline: Timeline, after: Instant): Instant | null {
  const { revisions, zone, startAt, endAt } = timeline;
  const at = Math.max(after, startAt);
  if (endAt !== null && at >= endAt) return null;
  const index = revisions.findLastIndex(({ from }) => startOfDay(localDate(from, zone), zone) <= at);
  const { cadence } = present(revisions[index], `terms in force at ${at}`);
  const end = Math.min(billingPeriod(cadence, at, zone).end, cadenceCut(timeline, index));
  return endAt !== null && end >= endAt ? null : end;
}
