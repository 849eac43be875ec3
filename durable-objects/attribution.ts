import type { Meter } from "#domain/catalog/meter";
import { entitlementWindow } from "#domain/entitlements/entitlement-window";
import type { Group } from "#domain/metering/measurement";
import type { UsageEvent } from "#domain/metering/usage-event";
import { revisionAt, usageWindow } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import { UTC } from "#domain/time/zone";
import type { Contract, SubscriptionContract } from "#objects/calls";
import type { Cell, Place } from "#objects/tally/cell";
import { BUCKET_MS, BUCKET_SCOPE, entitlementScope, usageScope } from "#objects/tally/scopes";
import { isScalar, type Tally } from "#objects/tally/tally";

export function bucketPlace(at: Instant): Place {
  const start = Math.floor(at / BUCKET_MS) * BUCKET_MS;
  return { scope: BUCKET_SCOPE, window: { start, end: start + BUCKET_MS }, zone: UTC };
}

/** The usage window an event is billed in. */
export type BilledWindow = { readonly subscription: SubscriptionContract; readonly window: Period };

/** Where events of a meter count, as long as their times stay in [from, until). */
export type Slot = {
  readonly from: Instant;
  readonly until: Instant;
  readonly billed: BilledWindow | null;
  readonly places: readonly Place[];
  readonly cells: Map<Group, readonly Cell[]>;
};

/** Whether any plan in the contract has a limit that never resets: only then is use counted over a subscription's whole life. */
export function countsForEver(subscription: SubscriptionContract): boolean {
  return Object.values(subscription.terms).some(({ entitlements }) =>
    entitlements.some((entitlement) => entitlement.type === "metered" && entitlement.reset === "never"),
  );
}

/** The subscription an event of a meter is billed to: the one it names, or the oldest in force with a price on the meter. */
export function billedSubscription(
  contract: Contract | null,
  meter: string,
  named: string | null,
  at: Instant,
): SubscriptionContract | null {
  return (
    (contract?.subscriptions ?? [])
      .filter((subscription) => named === null || subscription.id === named)
      .filter((subscription) => usagePricesAt(subscription, at).some((price) => price.meter === meter))
      .sort((a, b) => a.startAt - b.startAt || (a.id < b.id ? -1 : 1))[0] ?? null
  );
}

function usagePricesAt(subscription: SubscriptionContract, at: Instant): readonly { meter: string }[] {
  const revision = revisionAt(subscription, at);
  return revision === null ? [] : (subscription.terms[revision.planVersion]?.usagePrices ?? []);
}

/**
 * Finds the cells an event of a meter adds to. Events of one call mostly fall into the same windows, so each is worked out
 * once and kept while times stay inside it. `from`: only windows that start at or after it, for counting anew.
 */
export class Attribution {
  readonly #contract: Contract | null;
  readonly #tally: Tally;
  readonly #from: Instant;
  readonly #slots = new Map<string, Slot>();

  constructor(contract: Contract | null, tally: Tally, from: Instant = -Infinity) {
    this.#contract = contract;
    this.#tally = tally;
    this.#from = from;
  }

  slotOf(meter: Meter, event: UsageEvent): Slot {
    const name = event.subscription === null ? meter.key : `${meter.key}\n${event.subscription}`;
    const known = this.#slots.get(name);
    if (known !== undefined && known.from <= event.time && event.time < known.until) return known;
    const slot = this.#newSlot(meter, event.subscription, event.time);
    this.#slots.set(name, slot);
    return slot;
  }

  cellsOf(meter: Meter, slot: Slot, group: Group): readonly Cell[] {
    const known = slot.cells.get(group);
    if (known !== undefined) return known;
    const cells = this.#tally.cellsFor(meter, slot.places, group);
    slot.cells.set(group, cells);
    return cells;
  }

  #newSlot(meter: Meter, named: string | null, at: Instant): Slot {
    const quarterHour = bucketPlace(at);
    const places: Place[] = isScalar(meter) ? [quarterHour] : [];
    const turns: Instant[] = [quarterHour.window.start, quarterHour.window.end, ...turnsOf(meter)];
    for (const subscription of this.#contract?.subscriptions ?? []) {
      turns.push(subscription.startAt, ...(subscription.endAt === null ? [] : [subscription.endAt]));
      turns.push(...subscription.revisions.map(({ from }) => from));
      places.push(...entitlementPlaces(subscription, at));
    }
    const subscription = billedSubscription(this.#contract, meter.key, named, at);
    const window = subscription && usageWindow(subscription, at);
    if (subscription !== null && window !== null) places.push({ scope: usageScope(subscription.id), window, zone: subscription.zone });
    const edges = [...turns, ...places.flatMap((place) => [place.window.start, place.window.end])];
    return {
      from: Math.max(-Infinity, ...edges.filter((edge) => edge <= at)),
      until: Math.min(Infinity, ...edges.filter((edge) => edge > at)),
      billed: subscription !== null && window !== null ? { subscription, window } : null,
      places: places.filter((place) => place.window.start >= this.#from),
      cells: new Map(),
    };
  }
}

/** A meter reads events otherwise from these instants on. */
function turnsOf({ definitions, archivedAt }: Meter): Instant[] {
  return [...definitions.map(({ from }) => from), ...(archivedAt === null ? [] : [archivedAt])];
}

export function entitlementPlaces(subscription: SubscriptionContract, at: Instant): Place[] {
  return (["billing_period", "never"] as const).flatMap((reset) => {
    if (reset === "never" && !countsForEver(subscription)) return [];
    const window = entitlementWindow(subscription, reset, at);
    return window === null ? [] : [{ scope: entitlementScope(subscription.id, reset), window, zone: subscription.zone }];
  });
}
