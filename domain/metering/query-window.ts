import { addDays, type CalendarDate, dateOf, dateParts, daysBetween } from "#domain/time/calendar-date";
import { calendarDate } from "#domain/time/calendar-date";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import { localDate, startOfDay, type Zone } from "#domain/time/zone";

export const windowUnits = ["minute", "hour", "day", "week", "month"] as const;
export type WindowUnit = (typeof windowUnits)[number];

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const A_MONDAY = calendarDate("2024-01-01");

/**
 * The window of a query that an instant lies in. Days, weeks (from Monday) and months are local, so a day on which clocks
 * change has 23 or 25 hours; hours count from the local midnight; minutes are the same everywhere.
 */
export function windowContaining(at: Instant, unit: WindowUnit, zone: Zone): Period {
  if (unit === "minute") return from(Math.floor(at / MINUTE_MS) * MINUTE_MS, MINUTE_MS);
  const date = localDate(at, zone);
  if (unit === "hour") {
    const midnight = startOfDay(date, zone);
    return from(midnight + Math.floor((at - midnight) / HOUR_MS) * HOUR_MS, HOUR_MS);
  }
  const [first, next] = datesAround(date, unit);
  return { start: startOfDay(first, zone), end: startOfDay(next, zone) };
}

function from(start: Instant, length: number): Period {
  return { start, end: start + length };
}

function datesAround(date: CalendarDate, unit: "day" | "week" | "month"): [CalendarDate, CalendarDate] {
  if (unit === "day") return [date, addDays(date, 1)];
  if (unit === "week") {
    const monday = addDays(date, -(((daysBetween(A_MONDAY, date) % 7) + 7) % 7));
    return [monday, addDays(monday, 7)];
  }
  const { year, month } = dateParts(date);
  return [dateOf(year, month, 1), month === 12 ? dateOf(year + 1, 1, 1) : dateOf(year, month + 1, 1)];
}
