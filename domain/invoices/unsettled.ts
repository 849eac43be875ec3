import type { Line } from "#domain/invoices/line";
import type { Subscription } from "#domain/subscriptions/subscription";
import { billingPeriod } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";

/** No line that can still matter ended at or before this instant. */
export function unsettledSince({ revisions, unsettledFrom, zone }: Subscription): Instant {
  return Math.min(unsettledFrom, ...revisions.map(({ cadence }) => billingPeriod(cadence, unsettledFrom, zone).start));
}

/**
 * The billed lines of the billing periods that are computed again: those that reach past `unsettledFrom`, whole. A line of an
 * earlier period must stay out, or it would look like one that should not exist.
 */
export function unsettledLines(subscription: Subscription, billed: readonly Line[]): Line[] {
  const { revisions, unsettledFrom, zone } = subscription;
  return billed.filter(({ planVersion, period }) => {
    const revision = revisions.findLast((one) => one.planVersion === planVersion && one.from <= period.end);
    const end = revision === undefined ? period.end : billingPeriod(revision.cadence, period.start, zone).end;
    return end > unsettledFrom;
  });
}
