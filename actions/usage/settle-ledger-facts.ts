import { and, eq } from "drizzle-orm";
import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { archiveDue } from "#actions/usage/archive-due";
import { assertNever } from "#domain/assert";
import type { LedgerFact } from "#objects/calls";
import { billingPeriod } from "#domain/subscriptions/usage-window";
import { event } from "#storage/schema/events";
import { bumpContract } from "#storage/queries/customers";
import { saveSeenType } from "#storage/queries/event-types";
import { isSubject } from "#storage/queries/subjects";
import { findSubscription, saveSubscription } from "#storage/queries/subscriptions";
import { addUnmatched } from "#storage/queries/unmatched-usage";
import { hasUsageLedger, saveUsageLedger } from "#storage/queries/usage-ledgers";

/** Another change of the subscription at the same moment is no reason to keep a fact waiting. */
const MOST_TRIES = 4;

/**
 * Writes down in D1 what a ledger has to tell, then lets the ledger forget it. A fact's number is the version of the ledger's
 * stream, so one that is told twice is written once. A failure leaves the rest waiting in the ledger; its alarm asks again.
 */
export async function settleLedgerFacts(context: Context, { customerKey }: { readonly customerKey: string }): Promise<void> {
  const ledger = context.ledgers(customerKey);
  const background: Context = { ...context, actor: { type: "system", id: "ledger" }, request: null, handling: null };
  for (const fact of await ledger.facts()) {
    if (!(await settle(background, customerKey, fact))) return;
    await ledger.settleFacts(fact.sequence);
  }
}

async function settle(context: Context, customerKey: string, fact: LedgerFact): Promise<boolean> {
  const stream = `ledger/${customerKey}`;
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const committed = await settleOne(context, stream, customerKey, fact);
    if (committed || (await isRecorded(context, stream, fact.sequence))) return true;
  }
  return false;
}

function settleOne(context: Context, stream: string, customerKey: string, fact: LedgerFact): Promise<boolean> {
  switch (fact.type) {
    case "usage.unmatched":
      return settleUnmatched(context, stream, customerKey, fact);
    case "usage.late":
      return settleLate(context, stream, customerKey, fact);
    case "usage.type_seen":
      return settleTypeSeen(context, stream, customerKey, fact);
    default:
      return assertNever(fact);
  }
}

/** Kept usage. When its subject has become somebody's meanwhile, this way in did not know yet: it is replayed. */
async function settleUnmatched(
  context: Context,
  stream: string,
  customerKey: string,
  fact: LedgerFact & { type: "usage.unmatched" },
): Promise<boolean> {
  const { db, environment } = context;
  const { sequence, reason, eventType, count, firstAt, lastAt } = fact;
  const isMissed = reason === "customer" && count > 0 && (await isSubject(db, environment.id, customerKey));
  const missed = {
    stream: `subject-missed/${customerKey}`,
    version: sequence,
    type: "subject.missed",
    data: { subject: customerKey },
  } as const;
  const committed = await commit(context, {
    result: null,
    events: [
      { stream, version: sequence, type: "usage.unmatched", data: { customer_key: customerKey, reason, event_type: eventType, count } },
      ...(isMissed ? [missed] : []),
    ],
    writes: addUnmatched(db, environment.id, { customerKey, reason, eventType, count, firstAt, lastAt }),
    audit: [],
  });
  return committed.ok;
}

/** A type or property that a ledger had not seen; with the first of all, the months of that ledger begin to be looked after. */
async function settleTypeSeen(
  context: Context,
  stream: string,
  customerKey: string,
  fact: LedgerFact & { type: "usage.type_seen" },
): Promise<boolean> {
  const { db, environment } = context;
  const { sequence, eventType, properties, at } = fact;
  const isNew = !(await hasUsageLedger(db, environment.id, customerKey));
  const committed = await commit(context, {
    result: null,
    events: [{ stream, version: sequence, type: "usage.type_seen", data: { customer_key: customerKey, event_type: eventType } }],
    writes: [
      ...saveSeenType(db, environment.id, { type: eventType, properties, at }),
      saveUsageLedger(db, environment.id, customerKey, at),
    ],
    audit: [],
    dueAdded: isNew ? [archiveDue(customerKey, at)] : [],
  });
  return committed.ok;
}

/** Usage for a period that was issued: the next bill has to look there again. */
async function settleLate(
  context: Context,
  stream: string,
  customerKey: string,
  fact: LedgerFact & { type: "usage.late" },
): Promise<boolean> {
  const { db, environment } = context;
  const subscription = await findSubscription(db, environment.id, fact.subscription);
  if (subscription === null) return true;
  const revision = subscription.revisions.findLast(({ from }) => from <= fact.windowStart) ?? subscription.revisions[0];
  const from = billingPeriod(revision.cadence, fact.windowStart, subscription.zone).start;
  const changed = { ...subscription, unsettledFrom: Math.min(subscription.unsettledFrom, from), version: subscription.version + 1 };
  const data = { subscription: subscription.id, customer: subscription.customerId, from };
  const committed = await commit(context, {
    result: null,
    events: [
      { stream, version: fact.sequence, type: "usage.late", data: { customer_key: customerKey, from } },
      { stream: `subscription/${subscription.id}`, version: changed.version, type: "subscription.usage_arrived_late", data },
    ],
    writes: [saveSubscription(db, environment.id, changed), bumpContract(db, environment.id, subscription.customerId)],
    audit: [],
  });
  return committed.ok;
}

async function isRecorded(context: Context, stream: string, version: number): Promise<boolean> {
  const rows = await context.db
    .select({ id: event.id })
    .from(event)
    .where(and(eq(event.environmentId, context.environment.id), eq(event.stream, stream), eq(event.version, version)))
    .limit(1);
  return rows.length === 1;
}
