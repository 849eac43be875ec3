import { Temporal } from "temporal-polyfill";
import { addDays, type CalendarDate } from "#domain/time/calendar-date";
import type { Instant } from "#domain/time/instant";

/** An IANA time zone name, kept as it was given. */
export type Zone = string & { readonly __zone: never };

export const UTC = "UTC" as Zone;

/** Accepts IANA names with a region (and `UTC`). Abbreviations such as `EST` and bare offsets are refused: they hide DST. */
export function parseZone(text: string): Zone | null {
  if (text !== "UTC" && !/^[A-Za-z_]+\/[A-Za-z0-9_+\-/]+$/.test(text)) return null;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone === "" ? null : (text as Zone);
  } catch {
    return null;
  }
}

const CACHE_LIMIT = 20_000;
const dayStarts = new Map<string, Instant>();

/** The first instant of a local day. Zones exist where 00:00 does not: there it is the first instant after the gap. */
export function startOfDay(date: CalendarDate, zone: Zone): Instant {
  const key = `${zone} ${date}`;
  const known = dayStarts.get(key);
  if (known !== undefined) return known;
  const instant = Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: zone }).startOfDay().epochMilliseconds;
  if (dayStarts.size >= CACHE_LIMIT) dayStarts.clear();
  dayStarts.set(key, instant);
  return instant;
}

/** The local day an instant belongs to. */
export function localDate(instant: Instant, zone: Zone): CalendarDate {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate().toString() as CalendarDate;
}

/** The first local day that begins at or after the instant: a midnight belongs to itself, any later moment to the next day. */
export function dateFrom(instant: Instant, zone: Zone): CalendarDate {
  const date = localDate(instant, zone);
  return startOfDay(date, zone) === instant ? date : addDays(date, 1);
}
