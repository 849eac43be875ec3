import { assert } from "#domain/assert";
import { addDays, type CalendarDate, dateOf, dateParts, daysBetween } from "#domain/time/calendar-date";
import { daysInMonth } from "#domain/time/instant";
import type { DateRange } from "#domain/time/period";

export const intervalUnits = ["day", "week", "month", "quarter", "half_year", "year"] as const;
export type IntervalUnit = (typeof intervalUnits)[number];

/** "Every 2 weeks" is `{ unit: "week", count: 2 }`. */
export type Interval = { readonly unit: IntervalUnit; readonly count: number };

/**
 * How a subscription's periods follow each other. `anchorOn` is the boundary with index 0; `anchorDay` is the wanted day of
 * the month (1–31), kept apart because a short month clamps it. Every boundary comes from the anchor, never from the one
 * before it: 31 Jan → 28 Feb → 31 Mar.
 */
export type Cadence = { readonly interval: Interval; readonly anchorOn: CalendarDate; readonly anchorDay: number };

/** What the caller asked for: a day of the month, a month (yearly), a weekday (1 = Monday … 7 = Sunday). */
export type AnchorChoice = { readonly day?: number; readonly month?: number; readonly weekday?: number };

const MONTHS: Record<IntervalUnit, number | null> = { day: null, week: null, month: 1, quarter: 3, half_year: 6, year: 12 };

/** The cadence whose period contains `startOn`: its first boundary lies on or before the start. */
export function cadenceFrom(startOn: CalendarDate, interval: Interval, choice: AnchorChoice = {}): Cadence {
  const { year, month, day } = dateParts(startOn);
  if (MONTHS[interval.unit] === null) {
    const back = choice.weekday === undefined || interval.unit !== "week" ? 0 : (isoWeekday(startOn) - choice.weekday + 7) % 7;
    const anchorOn = addDays(startOn, -back);
    return { interval, anchorOn, anchorDay: dateParts(anchorOn).day };
  }
  const anchorDay = choice.day ?? day;
  const anchorMonth = choice.month ?? month;
  const candidate = { interval, anchorOn: clampedDate(year, anchorMonth, anchorDay), anchorDay };
  const index = periodIndex(candidate, startOn);
  return { interval, anchorOn: boundary(candidate, index), anchorDay };
}

/** The local day on which period `index` begins. Negative indexes lie before the anchor. */
export function boundary(cadence: Cadence, index: number): CalendarDate {
  const { unit, count } = cadence.interval;
  const months = MONTHS[unit];
  if (months === null) return addDays(cadence.anchorOn, index * count * (unit === "week" ? 7 : 1));
  const { year, month } = dateParts(cadence.anchorOn);
  const monthIndex = year * 12 + (month - 1) + index * count * months;
  return clampedDate(Math.floor(monthIndex / 12), (((monthIndex % 12) + 12) % 12) + 1, cadence.anchorDay);
}

/** The index of the period a local day lies in: `boundary(i) ≤ date < boundary(i + 1)`. */
export function periodIndex(cadence: Cadence, date: CalendarDate): number {
  const { unit, count } = cadence.interval;
  const months = MONTHS[unit];
  const step = months === null ? (unit === "week" ? 7 : 1) * count : months * count;
  let index: number;
  if (months === null) {
    index = Math.floor(daysBetween(cadence.anchorOn, date) / step);
  } else {
    const from = dateParts(cadence.anchorOn);
    const to = dateParts(date);
    index = Math.floor((to.year * 12 + to.month - (from.year * 12 + from.month)) / step);
  }
  while (boundary(cadence, index) > date) index -= 1;
  while (boundary(cadence, index + 1) <= date) index += 1;
  return index;
}

export function periodOn(cadence: Cadence, date: CalendarDate): DateRange {
  const index = periodIndex(cadence, date);
  return { start: boundary(cadence, index), end: boundary(cadence, index + 1) };
}

function clampedDate(year: number, month: number, day: number): CalendarDate {
  assert(day >= 1 && day <= 31 && month >= 1 && month <= 12, `no such anchor: day ${day} of month ${month}`);
  return dateOf(year, month, Math.min(day, daysInMonth(year, month)));
}

function isoWeekday(date: CalendarDate): number {
  const { year, month, day } = dateParts(date);
  return ((new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7) + 1;
}
