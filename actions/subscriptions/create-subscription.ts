import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { pushContract } from "#actions/contracts/push-contract";
import type { SubscriptionView } from "#actions/subscriptions/view-subscription";
import { movementsBetween } from "#actions/subscriptions/subscription-movements";
import type { Due } from "#domain/due";
import type { DomainEvent } from "#domain/events";
import { refuseField, type Result } from "#domain/result";
import { mrrLevels } from "#domain/revenue/mrr";
import { createSubscription as decide } from "#domain/subscriptions/create-subscription";
import { nextBoundary } from "#domain/subscriptions/next-boundary";
import type { Subscription } from "#domain/subscriptions/subscription";
import type { AnchorChoice } from "#domain/time/cadence";
import type { CalendarDate } from "#domain/time/calendar-date";
import type { Instant } from "#domain/time/instant";
import { startOfDay } from "#domain/time/zone";
import { findPlan } from "#storage/queries/catalog";
import { bumpContract, findCustomer } from "#storage/queries/customers";
import { insertSubscription, MOST_PER_CUSTOMER, subscriptionsOf } from "#storage/queries/subscriptions";

export type CreateSubscription = {
  readonly customer: string;
  readonly plan: string;
  /** A local day of the customer, an instant, or now. */
  readonly start: { readonly on: CalendarDate } | { readonly at: Instant } | null;
  readonly anchor: AnchorChoice;
  readonly quantities: Readonly<Record<string, string>>;
};

/** Subscribes a customer. From the start on it is billed; a start in the past bills what has passed at once. */
export async function createSubscription(context: Context, input: CreateSubscription): Promise<Result<SubscriptionView>> {
  const { db, environment } = context;
  const now = context.clock.now();
  const [customer, plan] = await Promise.all([findCustomer(db, environment.id, input.customer), findPlan(db, environment.id, input.plan)]);
  if (customer === null) return refuseField("unknown_customer", "/customer", `There is no customer ${input.customer}.`);
  if (plan === null) return refuseField("unknown_plan", "/plan", `There is no plan ${input.plan}.`);
  if ((await subscriptionsOf(db, environment.id, customer.id)).length >= MOST_PER_CUSTOMER) {
    return refuseField("too_many_subscriptions", "/customer", `A customer has at most ${MOST_PER_CUSTOMER} subscriptions.`);
  }
  const { start, anchor, quantities } = input;
  const startAt = start === null ? now : "on" in start ? startOfDay(start.on, customer.timeZone) : start.at;
  const decided = decide({ id: context.ids.next("subscription"), customer, plan: plan.version, startAt, anchor, quantities, now });
  if (!decided.ok) return decided;
  const begins = decided.value.status === "active";
  const subscription = { ...decided.value, version: begins ? 2 : 1 };
  const data = { subscription: subscription.id, customer: customer.id };
  const stream = `subscription/${subscription.id}`;
  const created: DomainEvent = { stream, version: 1, type: "subscription.created", data };
  const committed = await commit(context, {
    result: { subscription, plan: plan.version },
    events: begins ? [created, { stream, version: 2, type: "subscription.activated", data }] : [created],
    writes: [insertSubscription(db, environment.id, subscription, now), bumpContract(db, environment.id, customer.id)],
    audit: [{ action: "subscription.create", subject: subscription.id, before: null, after: subscription }],
    movements: begins ? movementsBetween(subscription, [], mrrLevels(plan.version, subscription.revisions[0]), startAt) : [],
    dueAdded: begins ? boundaryDue(subscription, now) : [{ at: startAt, kind: "subscription.start", subject: subscription.id }],
  });
  if (committed.ok) await pushContract(context, { customer: customer.id });
  return committed;
}

/** The due row of the next period boundary, where there is one. */
export function boundaryDue(subscription: Subscription, after: Instant): Due[] {
  const at = nextBoundary(subscription, after);
  return at === null ? [] : [{ at, kind: "subscription.period", subject: subscription.id }];
}
