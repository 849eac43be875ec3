import { daysInMonth } from "#domain/time/instant";
import { assert } from "#domain/assert";

/** A local day, `"2026-03-31"`. Says nothing about a zone; text order is time order. */
export type CalendarDate = string & { readonly __calendarDate: never };

const FORM = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAY_MS = 86_400_000;

/** Reads `YYYY-MM-DD` between 2000 and 2199. Days that do not exist are refused. */
export function parseCalendarDate(text: string): CalendarDate | null {
  const match = FORM.exec(text);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 2000 || year > 2199 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return text as CalendarDate;
}

export function calendarDate(text: string): CalendarDate {
  const date = parseCalendarDate(text);
  assert(date !== null, `not a calendar date: ${text}`);
  return date;
}

export function dateOf(year: number, month: number, day: number): CalendarDate {
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}` as CalendarDate;
}

export function dateParts(date: CalendarDate): { year: number; month: number; day: number } {
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8, 10)) };
}

/** Whole local days from `from` to `to`; negative when `to` is earlier. A DST day is one day. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return dayNumber(to) - dayNumber(from);
}

export function addDays(date: CalendarDate, days: number): CalendarDate {
  return new Date((dayNumber(date) + days) * DAY_MS).toISOString().slice(0, 10) as CalendarDate;
}

function dayNumber(date: CalendarDate): number {
  const { year, month, day } = dateParts(date);
  return Date.UTC(year, month - 1, day) / DAY_MS;
}
