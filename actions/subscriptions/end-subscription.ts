import { commit, finishHandling } from "#actions/commit";
import type { Context } from "#actions/context";
import { movementsBetween } from "#actions/subscriptions/subscription-movements";
import { present } from "#domain/assert";
import type { Id } from "#domain/ids";
import { ok, type Result } from "#domain/result";
import { mrrLevels } from "#domain/revenue/mrr";
import type { Subscription } from "#domain/subscriptions/subscription";
import { planVersionsById } from "#storage/queries/catalog";
import { findSubscription, saveSubscription } from "#storage/queries/subscriptions";

/** The end of a subscription has come: the last bill is drafted and its recurring revenue goes. */
export async function endSubscription(
  context: Context,
  input: { readonly subscription: Id<"subscription"> },
): Promise<Result<Subscription>> {
  const { db, environment } = context;
  const subscription = present(await findSubscription(db, environment.id, input.subscription), `subscription ${input.subscription}`);
  if (subscription.status === "canceled" || subscription.endAt === null) {
    await finishHandling(context);
    return ok(subscription);
  }
  const revision = subscription.revisions.at(-1) ?? subscription.revisions[0];
  const plan = present((await planVersionsById(db, environment.id, [revision.planVersion])).get(revision.planVersion), "plan version");
  const canceled: Subscription = { ...subscription, status: "canceled", version: subscription.version + 1 };
  const began = subscription.status === "active";
  return commit(context, {
    result: canceled,
    events: [
      {
        stream: `subscription/${canceled.id}`,
        version: canceled.version,
        type: "subscription.canceled",
        data: { subscription: canceled.id, customer: canceled.customerId },
      },
    ],
    writes: [saveSubscription(db, environment.id, canceled)],
    audit: [{ action: "subscription.end", subject: canceled.id, before: { status: subscription.status }, after: { status: "canceled" } }],
    movements: began ? movementsBetween(canceled, mrrLevels(plan, revision), [], subscription.endAt) : [],
  });
}
