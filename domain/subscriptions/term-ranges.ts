import type { Revision } from "#domain/subscriptions/subscription";
import type { Timeline } from "#domain/subscriptions/usage-window";
import type { CalendarDate } from "#domain/time/calendar-date";
import type { Instant } from "#domain/time/instant";
import { dateFrom, localDate, startOfDay } from "#domain/time/zone";

/** The local days a revision is billed for. `end` is null while nothing ends it. */
export type TermRange = {
  readonly revision: Revision;
  readonly start: CalendarDate;
  readonly end: CalendarDate | null;
  readonly cutAt: Instant;
};

/**
 * The day rule of proration: a local day bills what is in force just before it ends, or else what was in force last on it. So
 * a start and a change count from their own day (of several on one day the last wins), an end from the next day, and what
 * ends exactly at a day's first instant bills nothing of that day.
 *
 * `cutAt` is the instant at which the cadence of this range stops: a period still open then closes there.
 */
export function termRanges(timeline: Timeline): TermRange[] {
  const { revisions, zone, endAt } = timeline;
  if (endAt !== null && endAt <= timeline.startAt) return [];
  const endDate = endAt === null ? null : dateFrom(endAt, zone);
  return revisions.flatMap((revision, index) => {
    const next = revisions[index + 1];
    const start = localDate(Math.max(revision.from, timeline.startAt), zone);
    const end = next === undefined ? endDate : earlier(localDate(next.from, zone), endDate);
    return end !== null && start >= end ? [] : [{ revision, start, end, cutAt: cadenceCut(timeline, index) }];
  });
}

/** The first instant after revision `index` at which another cadence begins, or the subscription's end; Infinity while open. */
export function cadenceCut(timeline: Timeline, index: number): Instant {
  const { revisions, endAt, zone } = timeline;
  const cadence = JSON.stringify(revisions[index]?.cadence);
  const next = revisions.slice(index + 1).find((revision) => JSON.stringify(revision.cadence) !== cadence);
  return Math.min(next === undefined ? Infinity : startOfDay(localDate(next.from, zone), zone), endAt ?? Infinity);
}

function earlier(date: CalendarDate, limit: CalendarDate | null): CalendarDate {
  return limit !== null && limit < date ? limit : date;
}
