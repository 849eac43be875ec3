import type { Context } from "#actions/context";
import type { PlanVersion } from "#domain/catalog/plan";
import { present } from "#domain/assert";
import type { Id } from "#domain/ids";
import type { Subscription } from "#domain/subscriptions/subscription";
import type { Contract, SubscriptionContract } from "#objects/calls";
import { planVersionsById } from "#storage/queries/catalog";
import { storePlanVersion } from "#domain/catalog/stored-terms";
import { storeLine } from "#domain/invoices/stored-line";
import { unsettledSince } from "#domain/invoices/unsettled";
import { billedLines } from "#storage/queries/invoices";
import { findCustomer } from "#storage/queries/customers";
import { subscriptionsOf } from "#storage/queries/subscriptions";

/**
 * Compiles the customer's contract and pushes it to the ledger, in the request that changed it, so that the caller finds its
 * own change there. A push that fails is written down and made again by the outbox; the change itself stands.
 */
export async function pushContract(context: Context, input: { readonly customer: Id<"customer"> }): Promise<void> {
  if (context.preview) return;
  try {
    await deliverContract(context, input);
  } catch (error) {
    context.report("contract_push_failed", error);
  }
}

/** As `pushContract`, but a failure is the caller's: the outbox tries again. */
export async function deliverContract(context: Context, { customer: id }: { readonly customer: Id<"customer"> }): Promise<void> {
  const { db, environment } = context;
  // The version is read before the subscriptions: a change in between only makes this contract newer than it says.
  const customer = present(await findCustomer(db, environment.id, id), `customer ${id}`);
  const subscriptions = await subscriptionsOf(db, environment.id, id);
  const versions = await planVersionsById(
    db,
    environment.id,
    subscriptions.flatMap(({ revisions }) => revisions.map(({ planVersion }) => planVersion)),
  );
  const contract: Contract = {
    version: customer.contractVersion,
    customer: id,
    customerKey: customer.key,
    environment: environment.id,
    subscriptions: await Promise.all(
      subscriptions.map(async (subscription) => ({
        ...subscription,
        terms: termsOf(subscription, versions),
        billed: (await billedLines(db, environment.id, subscription.id, unsettledSince(subscription))).map(storeLine),
      })),
    ),
    planVersions: [...versions.values()].map(storePlanVersion),
  };
  await context.ledgers(customer.key, customer.region).provision({ now: context.clock.now(), contract });
}

function termsOf({ revisions }: Subscription, versions: ReadonlyMap<Id<"plan_version">, PlanVersion>): SubscriptionContract["terms"] {
  const terms = revisions.map(({ planVersion }) => {
    const { prices, entitlements } = present(versions.get(planVersion), `plan version ${planVersion}`);
    const usagePrices = prices.filter((price) => price.kind === "usage").map(({ key, meter }) => ({ key, meter }));
    return [planVersion, { usagePrices, entitlements }] as const;
  });
  return Object.fromEntries(terms);
}
