import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { pushContract } from "#actions/contracts/push-contract";
import { boundaryDue } from "#actions/subscriptions/create-subscription";
import { type SubscriptionView, viewSubscription } from "#actions/subscriptions/view-subscription";
import { present } from "#domain/assert";
import { refuse, type Result } from "#domain/result";
import { cancelSubscription as decide } from "#domain/subscriptions/cancel-subscription";
import { bumpContract } from "#storage/queries/customers";
import { findSubscription, saveSubscription } from "#storage/queries/subscriptions";

/** Cancels with the open period: access and billing go on until it ends. */
export async function cancelSubscription(context: Context, input: { readonly subscription: string }): Promise<Result<SubscriptionView>> {
  const { db, environment } = context;
  const subscription = await findSubscription(db, environment.id, input.subscription);
  if (subscription === null) return refuse("not_found", "There is no such subscription.");
  const now = context.clock.now();
  const decided = decide(subscription, now);
  if (!decided.ok) return decided;
  const ending = { ...decided.value, version: subscription.version + 1 };
  const endAt = present(ending.endAt, "end of a canceled subscription");
  const committed = await commit(context, {
    result: await viewSubscription(context, ending),
    events: [
      {
        stream: `subscription/${ending.id}`,
        version: ending.version,
        type: "subscription.cancel_scheduled",
        data: { subscription: ending.id, customer: ending.customerId, end_at: endAt },
      },
    ],
    writes: [saveSubscription(db, environment.id, ending), bumpContract(db, environment.id, ending.customerId)],
    audit: [{ action: "subscription.cancel", subject: ending.id, before: { endAt: null }, after: { endAt } }],
    dueAdded: [{ at: endAt, kind: "subscription.end", subject: ending.id }],
    dueRemoved: boundaryDue(subscription, now).filter(({ at }) => at >= endAt),
  });
  if (committed.ok) await pushContract(context, { customer: ending.customerId });
  return committed;
}
