import type { CalendarDate } from "#domain/time/calendar-date";
import type { Instant } from "#domain/time/instant";

/** Half-open, like every period here: `start` belongs to it, `end` does not. An instant is in exactly one of two neighbours. */
export type Period = { readonly start: Instant; readonly end: Instant };

/** A half-open range of local days. */
export type DateRange = { readonly start: CalendarDate; readonly end: CalendarDate };

export function contains(period: Period, instant: Instant): boolean {
  return period.start <= instant && instant < period.end;
}
