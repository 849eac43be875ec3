import type { Subscription } from "#domain/subscriptions/subscription";
import { billingPeriod } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";

/** No line that can still matter ended at or before this instant. */
export function unsettledSince({ revisions, unsettledFrom, zone }: Subscription): Instant {
  return Math.min(unsettledFrom, ...revisions.map(({ cadence }) => billingPeriod(cadence, unsettledFrom, zone).start));
}
