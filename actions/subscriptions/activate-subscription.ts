import { commit, finishHandling } from "#actions/commit";
import type { Context } from "#actions/context";
import { boundaryDue } from "#actions/subscriptions/create-subscription";
import { movementsBetween } from "#actions/subscriptions/subscription-movements";
import { present } from "#domain/assert";
import type { Id } from "#domain/ids";
import { ok, type Result } from "#domain/result";
import { mrrLevels } from "#domain/revenue/mrr";
import type { Subscription } from "#domain/subscriptions/subscription";
import { planVersionsById } from "#storage/queries/catalog";
import { findSubscription, saveSubscription } from "#storage/queries/subscriptions";

/** The start of a scheduled subscription has come. */
export async function activateSubscription(
  context: Context,
  input: { readonly subscription: Id<"subscription"> },
): Promise<Result<Subscription>> {
  const { db, environment } = context;
  const subscription = present(await findSubscription(db, environment.id, input.subscription), `subscription ${input.subscription}`);
  if (subscription.status !== "scheduled" || subscription.endAt !== null) {
    await finishHandling(context);
    return ok(subscription);
  }
  const [revision] = subscription.revisions;
  const plan = present((await planVersionsById(db, environment.id, [revision.planVersion])).get(revision.planVersion), "plan version");
  const active: Subscription = { ...subscription, status: "active", version: subscription.version + 1 };
  return commit(context, {
    result: active,
    events: [
      {
        stream: `subscription/${active.id}`,
        version: active.version,
        type: "subscription.activated",
        data: { subscription: active.id, customer: active.customerId },
      },
    ],
    writes: [saveSubscription(db, environment.id, active)],
    audit: [{ action: "subscription.activate", subject: active.id, before: { status: "scheduled" }, after: { status: "active" } }],
    movements: movementsBetween(active, [], mrrLevels(plan, revision), active.startAt),
    dueAdded: boundaryDue(active, context.clock.now()),
  });
}
