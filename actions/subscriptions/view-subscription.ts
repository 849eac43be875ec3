import type { Context } from "#actions/context";
import { present } from "#domain/assert";
import type { PlanVersion } from "#domain/catalog/plan";
import { shownRevision } from "#domain/subscriptions/current-terms";
import type { Subscription } from "#domain/subscriptions/subscription";
import { planVersionsById } from "#storage/queries/catalog";

/** A subscription with the plan version that is in force, or that was last or will be first. */
export type SubscriptionView = { readonly subscription: Subscription; readonly plan: PlanVersion };

/** As many plan versions as one read takes. */
const MOST_AT_ONCE = 90;

/** A page at once. */
export async function viewSubscriptions(context: Context, subscriptions: readonly Subscription[]): Promise<SubscriptionView[]> {
  const { db, environment, clock } = context;
  const shown = subscriptions.map((subscription) => ({ subscription, id: shownRevision(subscription, clock.now()).planVersion }));
  const ids = [...new Set(shown.map(({ id }) => id))];
  const plans = new Map<PlanVersion["id"], PlanVersion>();
  for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
    for (const [id, plan] of await planVersionsById(db, environment.id, ids.slice(from, from + MOST_AT_ONCE))) plans.set(id, plan);
  }
  return shown.map(({ subscription, id }) => ({ subscription, plan: present(plans.get(id), `plan version ${id}`) }));
}

export async function viewSubscription(context: Context, subscription: Subscription): Promise<SubscriptionView> {
  const [view] = await viewSubscriptions(context, [subscription]);
  return present(view, `view of ${subscription.id}`);
}
