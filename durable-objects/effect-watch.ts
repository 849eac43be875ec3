import { present } from "#domain/assert";
import type { Meter } from "#domain/catalog/meter";
import type { Group } from "#domain/metering/measurement";
import { compare, type Decimal, decimalText } from "#domain/money/decimal";
import { usageWindow } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";
import type { SubscriptionContract, UsageKey } from "#objects/calls";
import type { LedgerParts } from "#objects/ledger-parts";
import { alteredWindows, windowQuantity } from "#objects/quantities";
import type { UsageEffect } from "#objects/usage-calls";

/** Remembers what usage windows held before a change touched them, to say afterwards what it did to each. */
export class EffectWatch {
  readonly #parts: LedgerParts;
  readonly #now: Instant;
  readonly #before = new Map<string, { key: UsageKey; quantity: Decimal }>();

  constructor(parts: LedgerParts, now: Instant) {
    this.#parts = parts;
    this.#now = now;
  }

  /** Looks at every window that a change at an instant can alter, before it is made. */
  touch(subscription: SubscriptionContract, meter: Meter, group: Group | null, at: Instant): void {
    for (const start of alteredWindows(this.#parts, subscription, { meter, group, at, now: this.#now })) {
      const key = { subscription: subscription.id, meter: meter.key, start };
      if (!this.#before.has(nameOf(key))) this.#before.set(nameOf(key), { key, quantity: windowQuantity(this.#parts, key, this.#now) });
    }
  }

  /** Every window of these meters that has counted something since an instant: for a change that counts anew. */
  touchFrom(meters: readonly Meter[], from: Instant): void {
    for (const subscription of this.#parts.state.contract?.subscriptions ?? []) {
      for (const meter of meters)
        for (const start of this.#parts.tally.windowsOf(subscription.id, meter.key, from)) this.touch(subscription, meter, null, start);
    }
  }

  /** The windows that hold another quantity now. */
  effects(): UsageEffect[] {
    const { state, frozen } = this.#parts;
    return [...this.#before.values()].flatMap(({ key, quantity }) => {
      const after = windowQuantity(this.#parts, key, this.#now);
      const subscription = state.contract?.subscriptions.find(({ id }) => id === key.subscription);
      if (subscription === undefined || compare(quantity, after) === 0) return [];
      return [
        {
          subscription: key.subscription,
          meter: key.meter,
          window: present(usageWindow(subscription, key.start), "usage window"),
          before: decimalText(quantity),
          after: decimalText(after),
          invoice: frozen.find(key.subscription, key.meter, key.start)?.invoice ?? null,
        },
      ];
    });
  }

  /** Tells D1 of the windows that an invoice has frozen and that hold another quantity now: the next bill looks there again. */
  tellLate(effects: readonly UsageEffect[]): void {
    for (const { subscription, window, invoice } of effects) if (invoice !== null) this.#parts.facts.late(subscription, window.start);
  }
}

function nameOf({ subscription, meter, start }: UsageKey): string {
  return `${subscription} ${meter} ${start}`;
}
