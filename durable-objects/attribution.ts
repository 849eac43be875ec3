import type { Meter } from "#domain/catalog/meter";
import { entitlementWindow } from "#domain/entitlements/entitlement-window";
import type { UsageEvent } from "#domain/metering/usage-event";
import { revisionAt, usageWindow } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import type { Contract, SubscriptionContract } from "#objects/calls";
import type { CounterKey } from "#objects/counters";

/** Quarter hours: every time zone's midnight falls on one, so days and months of any zone can be summed from them. */
export const BUCKET_MS = 900_000;

export const BUCKET_SCOPE = "bucket";
export const usageScope = (subscription: string): string => `usage ${subscription}`;
export const entitlementScope = (subscription: string, reset: string): string => `entitlement ${subscription} ${reset}`;

/** The subscription an event of a meter is billed to: the one it names, or the oldest in force with a price on the meter. */
export function billedSubscription(contract: Contract | null, meter: Meter, event: UsageEvent): SubscriptionContract | null {
  const candidates = (contract?.subscriptions ?? []).filter(
    (subscription) => event.subscription === null || subscription.id === event.subscription,
  );
  return (
    candidates
      .filter((subscription) => usagePricesAt(subscription, event.time).some((price) => price.meter === meter.key))
      .sort((a, b) => a.startAt - b.startAt || (a.id < b.id ? -1 : 1))[0] ?? null
  );
}

function usagePricesAt(subscription: SubscriptionContract, at: Instant): readonly { meter: string }[] {
  const revision = revisionAt(subscription, at);
  return revision === null ? [] : (subscription.terms[revision.planVersion]?.usagePrices ?? []);
}

/**
 * Finds the counters an event of a meter adds to. Windows come from the contract and are remembered while events stay inside
 * them, so a call of a thousand events computes each window once.
 */
export class Attribution {
  readonly #windows = new Map<string, Period | null>();

  readonly contract: Contract | null;

  constructor(contract: Contract | null) {
    this.contract = contract;
  }

  /** The counters, and the usage window billed to, if any. */
  countersOf(
    meter: Meter,
    event: UsageEvent,
  ): { keys: CounterKey[]; billed: { subscription: SubscriptionContract["id"]; start: Instant } | null } {
    const keys: CounterKey[] = [{ scope: BUCKET_SCOPE, meter: meter.key, start: Math.floor(event.time / BUCKET_MS) * BUCKET_MS }];
    for (const subscription of this.contract?.subscriptions ?? []) {
      for (const reset of ["billing_period", "never"] as const) {
        const scope = entitlementScope(subscription.id, reset);
        const window = this.#window(scope, event.time, () => entitlementWindow(subscription, reset, event.time));
        if (window !== null) keys.push({ scope, meter: meter.key, start: window.start });
      }
    }
    const subscription = billedSubscription(this.contract, meter, event);
    if (subscription === null) return { keys, billed: null };
    const scope = usageScope(subscription.id);
    const window = this.#window(scope, event.time, () => usageWindow(subscription, event.time));
    if (window === null) return { keys, billed: null };
    keys.push({ scope, meter: meter.key, start: window.start });
    return { keys, billed: { subscription: subscription.id, start: window.start } };
  }

  #window(scope: string, at: Instant, compute: () => Period | null): Period | null {
    const known = this.#windows.get(scope);
    if (known && known.start <= at && at < known.end) return known;
    const window = compute();
    this.#windows.set(scope, window);
    return window;
  }
}
