import { present } from "#domain/assert";
import type { PlanVersion } from "#domain/catalog/plan";
import { unsettledAfter } from "#domain/invoices/draft-invoice";
import { draftLines } from "#domain/invoices/draft-lines";
import type { Line } from "#domain/invoices/line";
import { reopenedBy } from "#domain/invoices/unsettled";
import { usageNeeded } from "#domain/invoices/usage-lines";
import { add, type Decimal, decimal, ZERO } from "#domain/money/decimal";
import type { Result } from "#domain/result";
import { cancelSubscription } from "#domain/subscriptions/cancel-subscription";
import { changeSubscription } from "#domain/subscriptions/change-subscription";
import { createSubscription } from "#domain/subscriptions/create-subscription";
import type { Subscription } from "#domain/subscriptions/subscription";
import { usageWindow } from "#domain/subscriptions/usage-window";
import type { AnchorChoice } from "#domain/time/cadence";
import type { Instant } from "#domain/time/instant";
import { formatAmount } from "#domain/money/money";
import { localDate } from "#domain/time/zone";
import { customer, idOf, instantOf } from "#test/domain/support/plans";

type Event = { readonly meter: string; readonly at: Instant; readonly quantity: Decimal };

/**
 * One subscription and what was billed of it, in memory: the same decisions the platform makes, without the platform. Times
 * are RFC 3339 texts. Usage is attributed as the ledger does it, by the window in force when it is read.
 */
export class BillingStory {
  subscription: Subscription;
  readonly plans = new Map<PlanVersion["id"], PlanVersion>();
  readonly events: Event[] = [];
  billed: Line[] = [];

  constructor(plan: PlanVersion, start: string, given: { zone?: string; anchor?: AnchorChoice; quantities?: Record<string, string> } = {}) {
    this.plans.set(plan.id, plan);
    const startAt = instantOf(start);
    const request = {
      id: idOf("subscription", "sub_1"),
      customer: customer(given),
      plan,
      startAt,
      anchor: given.anchor ?? {},
      quantities: given.quantities ?? {},
      now: startAt,
    };
    this.subscription = taken(createSubscription(request));
  }

  change(at: string, plan: PlanVersion, quantities: Record<string, string> = {}): this {
    this.plans.set(plan.id, plan);
    this.subscription = taken(
      changeSubscription({ subscription: this.subscription, plan, quantities, at: instantOf(at), now: instantOf(at) }),
    );
    return this;
  }

  cancel(at: string): this {
    this.subscription = taken(cancelSubscription(this.subscription, instantOf(at)));
    return this;
  }

  use(meter: string, at: string, quantity: string): this {
    this.events.push({ meter, at: instantOf(at), quantity: decimal(quantity) });
    return this;
  }

  /** Late usage makes the period it falls in unsettled again. */
  useLate(meter: string, at: string, quantity: string): this {
    this.use(meter, at, quantity);
    const window = present(usageWindow(this.subscription, instantOf(at)), "a window for late usage");
    this.subscription = { ...this.subscription, unsettledFrom: Math.min(this.subscription.unsettledFrom, window.start) };
    return this;
  }

  /** The lines due by `asOf`, billing nothing. */
  lines(asOf: string, includeOpen = false): Line[] {
    return draftLines(this.#billing(instantOf(asOf), includeOpen));
  }

  needed(asOf: string, includeOpen = false): { readonly meter: string; readonly start: Instant }[] {
    return usageNeeded(this.#billing(instantOf(asOf), includeOpen));
  }

  /** Issues what is due by `asOf`, as texts. Lines that would pay the customer wait, as the platform lets them. */
  bill(asOf: string): string[] {
    const lines = this.lines(asOf);
    if (lines.reduce((sum, line) => sum + line.amount.amount, 0n) >= 0n) this.issue(lines, asOf);
    return this.texts(lines);
  }

  /** Storage hands back only lines that reach past `unsettledFrom`, so older ones are dropped here as well. */
  issue(lines: readonly Line[], asOf: string): void {
    this.billed = [...this.billed, ...lines];
    this.subscription = { ...this.subscription, unsettledFrom: unsettledAfter({ subscription: this.subscription, asOf: instantOf(asOf) }) };
  }

  /** Takes issued lines back, as voiding their invoice does. */
  void(lines: readonly Line[]): this {
    this.billed = this.billed.filter((line) => !lines.includes(line));
    this.subscription = { ...this.subscription, unsettledFrom: reopenedBy(this.subscription, lines) };
    return this;
  }

  /** `price first-day..last-day(exclusive) purpose amount`, the form most tests compare. */
  texts(lines: readonly Line[]): string[] {
    const { zone } = this.subscription;
    return lines.map(
      ({ price, period, purpose, amount }) =>
        `${price} ${localDate(period.start, zone)}..${localDate(period.end, zone)} ${purpose} ${formatAmount(amount)}`,
    );
  }

  total(): bigint {
    return this.billed.reduce((sum, line) => sum + line.amount.amount, 0n);
  }

  #billing(asOf: Instant, includeOpen: boolean) {
    const { unsettledFrom } = this.subscription;
    return {
      subscription: this.subscription,
      planVersions: this.plans,
      usage: (meter: string, start: Instant): Decimal => this.#used(meter, start),
      billed: this.billed.filter((line) => line.period.end > unsettledFrom),
      asOf,
      includeOpen,
    };
  }

  #used(meter: string, start: Instant): Decimal {
    return this.events
      .filter((event) => event.meter === meter && usageWindow(this.subscription, event.at)?.start === start)
      .reduce((sum, event) => add(sum, event.quantity), ZERO);
  }
}

/** The value of a decision that the story expects to be taken. */
export function taken<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`refused: ${result.error.code} (${result.error.detail})`);
  return result.value;
}
