import type { Due } from "#domain/due";
import { LATEST_ARRIVAL_MS } from "#domain/metering/event-time";
import { cadenceFrom, periodOn } from "#domain/time/cadence";
import type { Instant } from "#domain/time/instant";
import { localDate, startOfDay, UTC } from "#domain/time/zone";

/** When to look at a ledger's months: the month of `at` can be closed once nothing of it can come again. Once a month for ever. */
export function archiveDue(customerKey: string, at: Instant): Due {
  const today = localDate(at, UTC);
  const month = periodOn(cadenceFrom(today, { unit: "month", count: 1 }, { day: 1 }), today);
  const end = startOfDay(month.end, UTC);
  return { at: end + LATEST_ARRIVAL_MS + 86_400_000, kind: "usage.archive", subject: customerKey };
}
