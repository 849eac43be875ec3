import { ok, refuseField, type Result } from "#domain/result";
import type { Instant } from "#domain/time/instant";

/** How late an event may come, and so how long its identity is remembered: counting once has no end date. */
export const LATEST_ARRIVAL_MS = 35 * 86_400_000;
/** How far ahead a sender's clock may be. */
export const EARLIEST_ARRIVAL_MS = 3_600_000;

export function checkEventTime(time: Instant, now: Instant): Result<Instant, "event_too_old" | "event_in_future"> {
  if (time < now - LATEST_ARRIVAL_MS) return refuseField("event_too_old", "/time", "The event is more than 35 days old.");
  if (time > now + EARLIEST_ARRIVAL_MS) return refuseField("event_in_future", "/time", "The event lies more than an hour ahead.");
  return ok(time);
}
