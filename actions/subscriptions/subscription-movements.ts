import type { MovementEntry } from "#actions/commit";
import { type MrrLevel, mrrMovements } from "#domain/revenue/mrr";
import type { Subscription } from "#domain/subscriptions/subscription";
import type { Instant } from "#domain/time/instant";
import { localDate } from "#domain/time/zone";

/** The MRR rows that take a subscription from one set of levels to another on the local day of an instant. */
export function movementsBetween(
  subscription: Subscription,
  before: readonly MrrLevel[],
  after: readonly MrrLevel[],
  at: Instant,
): MovementEntry[] {
  const { id, customerId, currency, zone } = subscription;
  return mrrMovements(before, after).map(({ planVersion, item, type, amount }) => ({
    customerId,
    subscriptionId: id,
    planVersionId: planVersion,
    item,
    type,
    amount,
    currency,
    effectiveOn: localDate(at, zone),
  }));
}
