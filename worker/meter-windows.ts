import { ok, refuseField, type Result } from "#domain/result";
import { boundary, cadenceFrom } from "#domain/time/cadence";
import type { CalendarDate } from "#domain/time/calendar-date";
import type { Instant } from "#domain/time/instant";
import { localDate, startOfDay, type Zone } from "#domain/time/zone";

const WINDOWS_MAX = 1_000;
const QUARTER_HOUR_MS = 900_000;
const HOUR_MS = 3_600_000;

/** The instants that cut a query into windows. Days and months are local, so a day with a clock change has 23 or 25 hours. */
export function meterWindows(
  from: Instant | CalendarDate,
  to: Instant | CalendarDate,
  window: "hour" | "day" | "month" | "total",
  zone: Zone,
): Result<Instant[], "invalid_range" | "unaligned" | "too_many_windows"> {
  const [start, end] = [from, to].map((edge) => (typeof edge === "number" ? edge : startOfDay(edge, zone))) as [Instant, Instant];
  if (start >= end) return refuseField("invalid_range", "/to", "to comes after from.");
  const unaligned = start % QUARTER_HOUR_MS !== 0 ? "/from" : end % QUARTER_HOUR_MS !== 0 ? "/to" : null;
  if (unaligned !== null) return refuseField("unaligned", unaligned, "A range begins and ends on a quarter hour.");
  if (window === "total") return ok([start, end]);
  const boundaries = [start];
  for (let index = 1; ; index++) {
    const next = window === "hour" ? start + index * HOUR_MS : nextLocal(start, index, window, zone);
    if (next >= end) break;
    if (boundaries.length >= WINDOWS_MAX) return refuseField("too_many_windows", "/window", `A query has at most ${WINDOWS_MAX} windows.`);
    boundaries.push(next);
  }
  return ok([...boundaries, end]);
}

function nextLocal(start: Instant, index: number, window: "day" | "month", zone: Zone): Instant {
  const cadence = cadenceFrom(localDate(start, zone), { unit: window, count: 1 }, window === "month" ? { day: 1 } : {});
  return startOfDay(boundary(cadence, index), zone);
}
