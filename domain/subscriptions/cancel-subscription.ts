import { ok, refuse, type Result } from "#domain/result";
import type { Subscription } from "#domain/subscriptions/subscription";
import { billingPeriod } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";

/** Ends a subscription with the billing period that is open. One that has not started yet ends before it begins. */
export function cancelSubscription(subscription: Subscription, now: Instant): Result<Subscription, "already_canceled"> {
  if (subscription.status === "canceled" || subscription.endAt !== null)
    return refuse("already_canceled", "The subscription is canceled, or will be.");
  const current = subscription.revisions.at(-1) ?? subscription.revisions[0];
  const endAt = subscription.status === "scheduled" ? subscription.startAt : billingPeriod(current.cadence, now, subscription.zone).end;
  return ok({ ...subscription, endAt });
}
