import type { Context } from "#actions/context";
import type { PlanVersion } from "#domain/catalog/plan";
import { present } from "#domain/assert";
import type { Id } from "#domain/ids";
import type { Subscription } from "#domain/subscriptions/subscription";
import type { Contract, SubscriptionContract } from "#objects/calls";
import { storePlanVersion } from "#domain/catalog/stored-terms";
import { unsettledSince } from "#domain/invoices/unsettled";
import { contractRows } from "#storage/queries/contracts";

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
  const rows = present(await contractRows(db, environment.id, id), `customer ${id}`);
  const { customer, subscriptions, planVersions } = rows;
  const versions = new Map(planVersions.map((version) => [version.id, version]));
  const contract: Contract = {
    version: customer.contractVersion,
    customer: id,
    customerKey: customer.key,
    environment: environment.id,
    subscriptions: subscriptions.map((subscription) => {
      const since = unsettledSince(subscription);
      const billed = rows.billed.get(subscription.id) ?? [];
      return { ...subscription, terms: termsOf(subscription, versions), billed: billed.filter(({ period }) => period.end > since) };
    }),
    planVersions: planVersions.map(storePlanVersion),
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
