/** Epoch milliseconds, UTC. */
export type Instant = number;

export type InstantProblem = "invalid_time" | "offset_required" | "out_of_range";

/** Instants the platform accepts from outside: [2000-01-01, 2200-01-01). A typing error such as year 9999 is refused, not billed. */
export const EARLIEST: Instant = Date.UTC(2000, 0, 1);
export const LATEST: Instant = Date.UTC(2200, 0, 1);

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,12}))?([Zz]|[+-]\d{2}:\d{2})?$/;

/**
 * Reads an RFC 3339 time. Finer than a millisecond is cut, never rounded up: rounding could move an event over a period's
 * end. A leap second is read as the last millisecond of its minute. `Date` would roll 30 February over; this refuses it.
 */
export function parseInstant(text: string): Instant | InstantProblem {
  const match = text.length <= 40 ? RFC3339.exec(text) : null;
  if (!match) return "invalid_time";
  const [, year, month, day, hour, minute, second] = match.map(Number) as [number, number, number, number, number, number, number];
  const offset = match[8];
  if (offset === undefined) return "offset_required";
  const offsetMinutes = /^[Zz]$/.test(offset) ? 0 : parseOffset(offset);
  const leap = second === 60;
  if (offsetMinutes === null || hour > 23 || minute > 59 || second > 60) return "invalid_time";
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return "invalid_time";
  const millisecond = leap ? 999 : Number((match[7] ?? "").slice(0, 3).padEnd(3, "0"));
  const instant = Date.UTC(year, month - 1, day, hour, minute, leap ? 59 : second, millisecond) - offsetMinutes * 60_000;
  return instant < EARLIEST || instant >= LATEST || year < 1000 ? "out_of_range" : instant;
}

function parseOffset(text: string): number | null {
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(4, 6));
  if (hours > 14 || minutes > 59) return null;
  return (text.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

/** RFC 3339 in UTC; milliseconds only where there are some: `2026-03-31T00:00:00Z`. */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString().replace(".000Z", "Z");
}

/** Days of a month of the proleptic Gregorian calendar; `month` is 1–12. */
export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
