import type { PlanVersion } from "#domain/catalog/plan";
import { ok, refuse, refuseField, type Result } from "#domain/result";
import { readQuantities } from "#domain/subscriptions/quantities";
import type { Revision, Subscription } from "#domain/subscriptions/subscription";
import { billingPeriod } from "#domain/subscriptions/usage-window";
import { cadenceFrom } from "#domain/time/cadence";
import type { Instant } from "#domain/time/instant";
import { localDate } from "#domain/time/zone";

export type ChangeSubscription = {
  readonly subscription: Subscription;
  /** The plan version to be in force from `at`; the current one when only quantities change. */
  readonly plan: PlanVersion;
  readonly quantities: Readonly<Record<string, string>>;
  readonly at: Instant;
  readonly now: Instant;
};

export type ChangeProblem =
  | "not_active"
  | "plan_not_published"
  | "currency_mismatch"
  | "unknown_quantity"
  | "invalid_quantity"
  | "change_out_of_order"
  | "change_in_future"
  | "nothing_to_change";

/**
 * Puts new terms in force from an instant. The same interval keeps the cadence; another one begins its own on the local day
 * of the change, and the period open until then is closed there.
 */
export function changeSubscription(given: ChangeSubscription): Result<Subscription, ChangeProblem> {
  const { subscription, plan, at, now } = given;
  const current = subscription.revisions.at(-1) ?? subscription.revisions[0];
  if (subscription.status !== "active") return refuse("not_active", `The subscription is ${subscription.status}.`);
  if (subscription.endAt !== null && at >= subscription.endAt) return refuse("not_active", "The subscription has ended by then.");
  if (plan.status !== "published") return refuseField("plan_not_published", "/plan", `Plan ${plan.planKey} has no published version.`);
  if (plan.currency !== subscription.currency)
    return refuseField("currency_mismatch", "/plan", `The plan bills in ${plan.currency}, the subscription in ${subscription.currency}.`);
  if (at > now) return refuseField("change_in_future", "/at", "A change takes effect now or in the past.");
  if (at < current.from || at < subscription.unsettledFrom) {
    return refuseField("change_out_of_order", "/at", "Earlier than the latest change, or in a period that is closed.");
  }
  const quantities = readQuantities(plan, given.quantities, current.quantities);
  if (!quantities.ok) return quantities;
  if (hasTerms(current, { planVersion: plan.id, quantities: quantities.value })) {
    return refuse("nothing_to_change", "The subscription has these terms already.");
  }
  const kept = subscription.revisions.filter(({ from }) => from < at);
  const before = kept.at(-1) ?? current;
  const { unit, count } = before.cadence.interval;
  const sameInterval = unit === plan.interval.unit && count === plan.interval.count;
  const cadence = sameInterval ? before.cadence : cadenceFrom(localDate(at, subscription.zone), plan.interval);
  const revision: Revision = { from: at, planVersion: plan.id, quantities: quantities.value, cadence };
  // To and fro at one instant is no change: the history is again what it was.
  const isBack = kept.length > 0 && hasTerms(before, revision);
  const [first, ...rest] = isBack ? kept : [...kept, revision];
  return ok({
    ...subscription,
    revisions: [first ?? revision, ...rest],
    unsettledFrom: Math.min(subscription.unsettledFrom, billingPeriod(current.cadence, at, subscription.zone).start),
  });
}

/** Quantities are listed in the order of the plan's prices, so equal terms have equal text. */
function hasTerms(revision: Revision, { planVersion, quantities }: Pick<Revision, "planVersion" | "quantities">): boolean {
  return revision.planVersion === planVersion && JSON.stringify(revision.quantities) === JSON.stringify(quantities);
}
