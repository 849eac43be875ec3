import { assert } from "#domain/assert";
import type { Revision, Subscription } from "#domain/subscriptions/subscription";
import { type Cadence, periodOn } from "#domain/time/cadence";
import type { Instant } from "#domain/time/instant";
import { type Period } from "#domain/time/period";
import { localDate, startOfDay, type Zone } from "#domain/time/zone";

/** The part of a subscription that decides where an event counts. The ledger object holds this much of each subscription. */
export type Timeline = Pick<Subscription, "zone" | "startAt" | "endAt" | "revisions">;

/** The billing period (local midnights of the cadence) that contains an instant; may begin before the subscription did. */
export function billingPeriod(cadence: Cadence, at: Instant, zone: Zone): Period {
  const { start, end } = periodOn(cadence, localDate(at, zone));
  return { start: startOfDay(start, zone), end: startOfDay(end, zone) };
}

/** The revision in force at an instant, or null before the start and from the end on. */
export function revisionAt(timeline: Timeline, at: Instant): Revision | null {
  if (at < timeline.startAt || (timeline.endAt !== null && at >= timeline.endAt)) return null;
  return timeline.revisions.findLast((revision) => revision.from <= at) ?? null;
}

/**
 * The stretch of time whose usage is rated together: one billing period, cut where the terms change. The ledger counts by
 * these windows and the invoice asks for them, so both must come from this one function. Null when nothing is in force.
 */
export function usageWindow(timeline: Timeline, at: Instant): Period | null {
  const revision = revisionAt(timeline, at);
  if (revision === null) return null;
  const next = timeline.revisions.find((other) => other.from > at);
  const period = billingPeriod(revision.cadence, at, timeline.zone);
  const start = Math.max(period.start, revision.from, timeline.startAt);
  const end = Math.min(period.end, next?.from ?? Infinity, timeline.endAt ?? Infinity);
  assert(start <= at && at < end, `usage window [${start}, ${end}) misses ${at}`);
  return { start, end };
}
