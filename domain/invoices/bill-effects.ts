import type { Id } from "#domain/ids";
import type { Billing } from "#domain/invoices/billing";
import { reopenedFrom } from "#domain/invoices/unsettled";
import { type UsageCost, usageCosts } from "#domain/invoices/usage-lines";
import { decimal } from "#domain/money/decimal";
import { type Money, minus } from "#domain/money/money";
import type { Subscription } from "#domain/subscriptions/subscription";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";

/** A usage window whose quantity changes; decimal texts. `invoice` has issued the window already. */
export type ChangedWindow = {
  readonly meter: string;
  readonly window: Period;
  readonly before: string;
  readonly after: string;
  readonly invoice: Id<"invoice"> | null;
};

/** What one price bills for a window, before and after. */
export type CostChange = {
  readonly price: string;
  readonly period: Period;
  readonly before: Money;
  readonly after: Money;
  readonly difference: Money;
};

/** What a changed window does to the bill, and where its difference will be seen. */
export type BillEffect = ChangedWindow & {
  readonly landsOn: "open_period" | "draft" | "next_invoice";
  readonly lines: readonly CostChange[];
};

/** The subscription as the bill must look at it to see all of these windows again, issued ones included. */
export function lookingBackTo(subscription: Subscription, changed: readonly ChangedWindow[]): Subscription {
  return changed.reduce((so, { window }) => ({ ...so, unsettledFrom: reopenedFrom(so, window.start) }), subscription);
}

/**
 * What changed usage changes on the bill: the invoice's own rating, once with each reading. A quantity runs through its
 * billing period, so a window that did not change may cost something else; it is told once, with the first change that is
 * to blame. The differences of all lines add up to the difference of the two bills.
 *
 * `billing` looks back far enough (`lookingBackTo`) and includes what is open; `draftedThrough` is the moment of the open draft.
 */
export function billEffects(
  billing: Omit<Billing, "billed">,
  changed: readonly ChangedWindow[],
  { now, draftedThrough }: { readonly now: Instant; readonly draftedThrough: Instant | null },
): BillEffect[] {
  const costs = (side: "before" | "after"): UsageCost[] => usageCosts({ ...billing, usage: readingOf(billing, changed, side) });
  const after = costs("after");
  const changes = costs("before").map((cost, index) => ({ cost, change: changeOf(cost, after[index] ?? cost) }));
  return changed.map((effect) => {
    const own = changes.filter(({ cost }) => isWindow(cost, effect));
    const further = changes.filter(
      ({ cost, change }) =>
        change.difference.amount !== 0n && !changed.some((other) => isWindow(cost, other)) && firstToBlame(cost, changed) === effect,
    );
    const closesAt = own[0]?.cost.closesAt ?? effect.window.end;
    return { ...effect, landsOn: placeOf(effect, closesAt, now, draftedThrough), lines: [...own, ...further].map(({ change }) => change) };
  });
}

function readingOf({ usage }: Pick<Billing, "usage">, changed: readonly ChangedWindow[], side: "before" | "after"): Billing["usage"] {
  const known = new Map(changed.map((effect) => [`${effect.meter} ${effect.window.start}`, decimal(effect[side])]));
  return (meter, start) => known.get(`${meter} ${start}`) ?? usage(meter, start);
}

function changeOf(before: UsageCost, after: UsageCost): CostChange {
  return {
    price: before.price,
    period: before.window,
    before: before.amount,
    after: after.amount,
    difference: minus(after.amount, before.amount),
  };
}

function isWindow({ meter, window }: UsageCost, effect: ChangedWindow): boolean {
  return meter === effect.meter && window.start === effect.window.start;
}

/** The first changed window of the same meter in the billing period of a window that did not change. */
function firstToBlame({ meter, billingPeriod }: UsageCost, changed: readonly ChangedWindow[]): ChangedWindow | undefined {
  return changed.find(
    (effect) => effect.meter === meter && effect.window.start >= billingPeriod.start && effect.window.start < billingPeriod.end,
  );
}

function placeOf({ invoice }: ChangedWindow, closesAt: Instant, now: Instant, draftedThrough: Instant | null): BillEffect["landsOn"] {
  if (invoice !== null) return "next_invoice";
  if (closesAt > now) return "open_period";
  return draftedThrough !== null && closesAt <= draftedThrough ? "draft" : "next_invoice";
}
