import type { BucketWindow } from "#domain/catalog/meter";
import { addDays } from "#domain/time/calendar-date";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import { localDate, startOfDay, UTC, type Zone } from "#domain/time/zone";

const DAY_MS = 86_400_000;
const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: DAY_MS } as const;
const ZONES_MAX = 1_000;

/** The local day last asked for in each zone: events come mostly in order, and calendars are slow. */
const lastDays = new Map<Zone, Period>();

/**
 * Where the bucket of an instant begins: local midnight + k windows. A day of 25 hours has more buckets, its last one may be
 * shorter, and a window of a whole day is the local day however long that is.
 */
export function bucketStart(at: Instant, window: BucketWindow, zone: Zone): Instant {
  const length = windowMs(window);
  if (zone === UTC) return Math.floor(at / length) * length;
  const day = localDay(at, zone);
  return length === DAY_MS ? day.start : day.start + Math.floor((at - day.start) / length) * length;
}

/** The whole buckets that share an instant with the period, in order. */
export function* bucketsBetween(period: Period, window: BucketWindow, zone: Zone): Generator<Period> {
  if (period.start >= period.end) return;
  for (let start = bucketStart(period.start, window, zone); start < period.end;) {
    const end = bucketEnd(start, window, zone);
    yield { start, end };
    start = end;
  }
}

/** How many `bucketsBetween` yields, a day at a time. */
export function countBuckets(period: Period, window: BucketWindow, zone: Zone): number {
  if (period.start >= period.end) return 0;
  const length = windowMs(window);
  const first = bucketStart(period.start, window, zone);
  if (zone === UTC) return Math.ceil((period.end - first) / length);
  let count = 0;
  for (let start = first; start < period.end;) {
    const day = localDay(start, zone);
    const end = Math.min(day.end, period.end);
    count += length === DAY_MS ? 1 : Math.ceil((end - start) / length);
    start = day.end;
  }
  return count;
}

/** Where the bucket that begins at `start` ends. */
export function bucketEnd(start: Instant, window: BucketWindow, zone: Zone): Instant {
  const length = windowMs(window);
  if (zone === UTC) return start + length;
  const day = localDay(start, zone);
  return length === DAY_MS ? day.end : Math.min(start + length, day.end);
}

export function windowMs({ unit, count }: BucketWindow): number {
  return UNIT_MS[unit] * count;
}

function localDay(at: Instant, zone: Zone): Period {
  const last = lastDays.get(zone);
  if (last !== undefined && last.start <= at && at < last.end) return last;
  const date = localDate(at, zone);
  const day = { start: startOfDay(date, zone), end: startOfDay(addDays(date, 1), zone) };
  if (lastDays.size >= ZONES_MAX) lastDays.clear();
  lastDays.set(zone, day);
  return day;
}
