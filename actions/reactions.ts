import type { Consumer } from "#actions/consumers";
import { finishHandling } from "#actions/commit";
import type { Context } from "#actions/context";
import { deliverContract } from "#actions/contracts/push-contract";
import { draftInvoice, type Occasion } from "#actions/invoices/draft-invoice";
import { issueInvoice } from "#actions/invoices/issue-invoice";
import { collectPayment } from "#actions/payments/collect-payment";
import { activateSubscription } from "#actions/subscriptions/activate-subscription";
import { closePeriod } from "#actions/subscriptions/close-period";
import { endSubscription } from "#actions/subscriptions/end-subscription";
import { archiveDue } from "#actions/usage/archive-due";
import { archiveUsage } from "#actions/usage/archive-usage";
import { type RebuildScope, rebuildRollups } from "#actions/usage/rebuild-rollups";
import { replayUnmatched } from "#actions/usage/replay-unmatched";
import { restoreUsage } from "#actions/usage/restore-usage";
import { assertNever, present } from "#domain/assert";
import type { Due } from "#domain/due";
import type { EventBody } from "#domain/events";
import type { Id } from "#domain/ids";
import { ok, type Result } from "#domain/result";
import { nextBoundary } from "#domain/subscriptions/next-boundary";
import type { Instant } from "#domain/time/instant";
import { findSubscription } from "#storage/queries/subscriptions";

/** Late usage, or what a voided invoice billed, waits for the next bill only if that comes within this time. */
const LONGEST_WAIT_MS = 31 * 86_400_000;

type SubscriptionEvent = Extract<EventBody, { data: { subscription: Id<"subscription">; customer: Id<"customer"> } }>;

/** Does what a consumer must do about a fact. Runs at least once, so every verb looks before it acts. */
export async function react(context: Context, consumer: Consumer, fact: EventBody): Promise<Result<unknown>> {
  switch (consumer) {
    case "push-contract":
      return pushContractFor(context, fact);
    case "draft-invoice":
      return draftFor(context, fact as SubscriptionEvent);
    case "collect-payment":
      return collectPayment(context, { invoice: (fact as Extract<EventBody, { type: "invoice.issued" }>).data.invoice });
    case "replay-unmatched":
      return replayFor(context, fact);
    case "rebuild-rollups":
      return rebuildRollups(context, fact.data as RebuildScope);
    case "archive-usage": {
      const { customer_key: customerKey, month } = fact.data as { customer_key: string; month: string | null };
      return archiveUsage(context, { customerKey, month });
    }
    case "restore-usage": {
      const { customer_key: customerKey, month } = fact.data as { customer_key: string; month: string };
      return restoreUsage(context, { customerKey, month });
    }
    default:
      return assertNever(consumer);
  }
}

async function pushContractFor(context: Context, fact: EventBody): Promise<Result<unknown>> {
  const { customer } = fact.data as { customer: Id<"customer"> };
  await deliverContract(context, { customer });
  await finishHandling(context);
  return ok(null);
}

function replayFor(context: Context, fact: EventBody): Promise<Result<unknown>> {
  const { subject } = fact.data as { subject: string };
  const from = fact.type === "usage.replay_paused" ? fact.data : { cursor: null, moved: 0, refused: {} };
  return replayUnmatched(context, { subject, from });
}

async function draftFor(context: Context, fact: SubscriptionEvent): Promise<Result<unknown>> {
  const asOf = await billingMoment(context, fact);
  if (asOf === null) {
    await finishHandling(context);
    return ok(null);
  }
  return draftInvoice(context, { subscription: fact.data.subscription, asOf, occasion: occasionOf(fact) });
}

function occasionOf({ type }: SubscriptionEvent): Occasion {
  switch (type) {
    case "subscription.changed":
      return "change";
    case "subscription.reopened":
    case "subscription.usage_arrived_late":
      return "correction";
    default:
      return "period";
  }
}

/** By when a fact wants the bill drawn up, or null when the next one will do. */
async function billingMoment(context: Context, fact: SubscriptionEvent): Promise<Instant | null> {
  const now = context.clock.now();
  switch (fact.type) {
    case "subscription.period_closed":
      return fact.data.boundary;
    case "subscription.changed":
      return fact.data.bill_now ? now : null;
    case "subscription.canceled": {
      const subscription = await findSubscription(context.db, context.environment.id, fact.data.subscription);
      return present(subscription, "canceled subscription").endAt ?? now;
    }
    case "subscription.reopened":
    case "subscription.usage_arrived_late": {
      const subscription = present(await findSubscription(context.db, context.environment.id, fact.data.subscription), "subscription");
      const next = subscription.status === "active" ? nextBoundary(subscription, now) : null;
      return next !== null && next - now <= LONGEST_WAIT_MS ? null : now;
    }
    default:
      return now;
  }
}

/** Acts on a due row. */
export async function act(context: Context, due: Due): Promise<Result<unknown>> {
  switch (due.kind) {
    case "invoice.issue":
      return issueInvoice(context, { invoice: due.subject });
    case "subscription.start":
      return activateSubscription(context, { subscription: due.subject as Id<"subscription"> });
    case "subscription.period":
      return closePeriod(context, { subscription: due.subject as Id<"subscription">, boundary: due.at });
    case "subscription.end":
      return endSubscription(context, { subscription: due.subject as Id<"subscription"> });
    case "usage.archive":
      return archiveUsage(context, { customerKey: due.subject, month: null, again: archiveDue(due.subject, context.clock.now()) });
    default:
      return assertNever(due.kind);
  }
}
