import type { Context } from "#actions/context";
import type { Subscription } from "#domain/subscriptions/subscription";
import { billingEntityOf } from "#storage/queries/environments";

/** What every draft of a subscription begins with. */
export async function emptyDraft(context: Context, subscription: Subscription) {
  const entity = await billingEntityOf(context.db, context.environment.id);
  const { customerId, customerKey, currency, zone } = subscription;
  return {
    id: context.ids.next("invoice"),
    subscriptionId: subscription.id,
    billingEntityId: entity.id,
    status: "draft" as const,
    customerId,
    customerKey,
    currency,
    zone,
  };
}
