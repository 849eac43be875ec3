import type { Feature } from "#domain/catalog/feature";
import { type EntitlementState, meteredState } from "#domain/entitlements/check-entitlement";
import { entitlementWindow } from "#domain/entitlements/entitlement-window";
import { add, type Decimal, decimal, ZERO } from "#domain/money/decimal";
import { revisionAt } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";
import type { Contract, SubscriptionContract } from "#objects/calls";
import type { LedgerState } from "#objects/ledger-state";
import { entitlementScope } from "#objects/tally/scopes";
import type { Tally } from "#objects/tally/tally";

type Granted = {
  readonly subscription: SubscriptionContract;
  readonly entitlement: SubscriptionContract["terms"][string]["entitlements"][number];
};

/**
 * What the subscriptions in force grant of a feature together: booleans OR, the newest static value stands, limits add (one
 * without limit makes it unlimited). Use is counted in the window of the oldest grant. Null when nothing grants it.
 */
export function entitlementState(
  feature: Feature,
  { contract, catalog }: Pick<LedgerState, "contract" | "catalog">,
  tally: Tally,
  now: Instant,
): EntitlementState | null {
  const granted = grantsOf(feature.key, contract, now);
  const oldest = granted[0];
  const newest = granted.at(-1);
  if (oldest === undefined || newest === undefined) return null;
  const plain = { feature: feature.key, unit: null, limit: null, used: "0", remaining: null, overage: "0", soft: false, window: null };
  if (feature.type === "boolean") {
    return { ...plain, type: "boolean", value: granted.some(({ entitlement }) => entitlement.type === "boolean" && entitlement.value) };
  }
  if (feature.type === "static") {
    return { ...plain, type: "static", value: newest.entitlement.type === "static" ? newest.entitlement.value : null };
  }
  if (oldest.entitlement.type !== "metered") return null;
  const { reset } = oldest.entitlement;
  const window = entitlementWindow(oldest.subscription, reset, now);
  if (window === null) return null;
  const meter = catalog?.meters.find(({ key }) => key === feature.meter);
  const place = { scope: entitlementScope(oldest.subscription.id, reset), window, zone: oldest.subscription.zone };
  return meteredState({
    feature: feature.key,
    unit: meter?.unit ?? null,
    soft: granted.some(({ entitlement }) => entitlement.type === "metered" && entitlement.soft),
    limit: limitOf(granted),
    used: (meter && tally.read(meter, place, null, now).value) ?? ZERO,
    window,
  });
}

function grantsOf(feature: string, contract: Contract | null, now: Instant): Granted[] {
  return [...(contract?.subscriptions ?? [])]
    .sort((a, b) => a.startAt - b.startAt || (a.id < b.id ? -1 : 1))
    .flatMap((subscription) => {
      const revision = revisionAt(subscription, now);
      const entitlement = revision && subscription.terms[revision.planVersion]?.entitlements.find((one) => one.feature === feature);
      return entitlement ? [{ subscription, entitlement }] : [];
    });
}

function limitOf(granted: readonly Granted[]): Decimal | null {
  let sum = ZERO;
  for (const { entitlement } of granted) {
    if (entitlement.type !== "metered") continue;
    if (entitlement.limit === null) return null;
    sum = add(sum, decimal(entitlement.limit));
  }
  return sum;
}
