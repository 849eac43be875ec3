import { commit, finishHandling } from "#actions/commit";
import type { Context } from "#actions/context";
import { boundaryDue } from "#actions/subscriptions/create-subscription";
import { present } from "#domain/assert";
import type { Id } from "#domain/ids";
import { ok, type Result } from "#domain/result";
import type { Subscription } from "#domain/subscriptions/subscription";
import type { Instant } from "#domain/time/instant";
import { findSubscription, saveSubscription } from "#storage/queries/subscriptions";

/** A period boundary has come: what has closed and what begins is billed, and the next boundary is noted. */
export async function closePeriod(
  context: Context,
  input: { readonly subscription: Id<"subscription">; readonly boundary: Instant },
): Promise<Result<Subscription>> {
  const { db, environment } = context;
  const { boundary } = input;
  const subscription = present(await findSubscription(db, environment.id, input.subscription), `subscription ${input.subscription}`);
  const ended = subscription.endAt !== null && subscription.endAt <= boundary;
  if (subscription.status !== "active" || ended || boundary <= subscription.billedThrough) {
    // A bill that was faster than the clock has closed it; without the next boundary nothing would ever be billed again.
    await finishHandling(context, subscription.status === "active" ? boundaryDue(subscription, boundary) : []);
    return ok(subscription);
  }
  const closed = { ...subscription, billedThrough: boundary, version: subscription.version + 1 };
  return commit(context, {
    result: closed,
    events: [
      {
        stream: `subscription/${closed.id}`,
        version: closed.version,
        type: "subscription.period_closed",
        data: { subscription: closed.id, customer: closed.customerId, boundary },
      },
    ],
    writes: [saveSubscription(db, environment.id, closed)],
    audit: [
      {
        action: "subscription.close_period",
        subject: closed.id,
        before: { billedThrough: subscription.billedThrough },
        after: { billedThrough: boundary },
      },
    ],
    dueAdded: boundaryDue(closed, boundary),
  });
}
