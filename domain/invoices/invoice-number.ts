import { type CalendarDate, dateParts } from "#domain/time/calendar-date";

/** The text of the n-th number of a series: `INV-2026-0042`. The year is that of the issue date. */
export function invoiceNumber(prefix: string, issuedOn: CalendarDate, n: number): string {
  return `${prefix}-${dateParts(issuedOn).year}-${String(n).padStart(4, "0")}`;
}
