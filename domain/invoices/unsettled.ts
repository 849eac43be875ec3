import type { Line } from "#domain/invoices/line";
import type { Subscription } from "#domain/subscriptions/subscription";
import { billingPeriod } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";

/** No line that can still matter ended at or before this instant. */
export function unsettledSince({ revisions, unsettledFrom, zone }: Subscription): Instant {
  return Math.min(unsettledFrom, ...revisions.map(({ cadence }) => billingPeriod(cadence, unsettledFrom, zone).start));
}

/** From where the next bill must look again once usage of an issued window has changed: that window's whole billing period. */
export function reopenedFrom({ revisions, unsettledFrom, zone }: Subscription, windowStart: Instant): Instant {
  const revision = revisions.findLast(({ from }) => from <= windowStart) ?? revisions[0];
  return Math.min(unsettledFrom, billingPeriod(revision.cadence, windowStart, zone).start);
}

/** From where the next bill must look again once these lines are no longer billed. */
export function reopenedBy({ unsettledFrom }: Pick<Subscription, "unsettledFrom">, voided: readonly Line[]): Instant {
  return Math.min(unsettledFrom, ...voided.map(({ period }) => period.start));
}
