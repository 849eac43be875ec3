import type { Revision, Subscription } from "#domain/subscriptions/subscription";
import { billingPeriod, revisionAt, type Timeline } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";

/** The terms to show: those in force, else the last there were, or the first there will be. */
export function shownRevision(subscription: Pick<Subscription, keyof Timeline>, now: Instant): Revision {
  return revisionAt(subscription, now) ?? subscription.revisions.at(-1) ?? subscription.revisions[0];
}

/** The billing period that is open; a stub begins with the subscription. Null while nothing is in force. */
export function currentPeriod(subscription: Timeline, now: Instant): Period | null {
  const revision = revisionAt(subscription, now);
  if (revision === null) return null;
  const { start, end } = billingPeriod(revision.cadence, now, subscription.zone);
  return { start: Math.max(start, subscription.startAt), end };
}
