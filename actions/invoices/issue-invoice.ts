import { commit, finishHandling } from "#actions/commit";
import type { Context } from "#actions/context";
import { loadBilling, readUsage } from "#actions/invoices/load-billing";
import { issueDue } from "#actions/invoices/issue-due";
import { MOST_TRIES, numberInvoice } from "#actions/invoices/number-invoice";
import { present } from "#domain/assert";
import type { Customer } from "#domain/customers/customer";
import type { Billing } from "#domain/invoices/billing";
import { unsettledAfter, withLines } from "#domain/invoices/draft-invoice";
import { draftLines } from "#domain/invoices/draft-lines";
import type { DraftInvoice, Invoice } from "#domain/invoices/invoice";
import type { Line } from "#domain/invoices/line";
import { ok, refuse, type Result } from "#domain/result";
import type { Subscription } from "#domain/subscriptions/subscription";
import type { Instant } from "#domain/time/instant";
import type { DomainEvent } from "#domain/events";
import { findCustomer } from "#storage/queries/customers";
import { findInvoice, saveInvoice } from "#storage/queries/invoices";
import { findSubscription, saveSubscription } from "#storage/queries/subscriptions";

/**
 * Issues a draft: the ledger fixes the quantities under the invoice's id, then one batch numbers it, copies both parties in
 * and records its lines as billed. Doing it again after a failure gives the same invoice.
 */
export async function issueInvoice(context: Context, input: { readonly invoice: string }): Promise<Result<Invoice>> {
  let prepared = await prepare(context, input.invoice);
  for (let tries = 1; ; tries++) {
    if (!prepared.ok) return prepared;
    const result = await issueNow(context, prepared.value);
    if (result.ok || result.error.code !== "conflict" || tries === MOST_TRIES) return result;
    const moved = await whatMoved(context, prepared.value);
    if (moved === "draft") return result;
    if (moved === "subscription") prepared = await prepare(context, input.invoice);
  }
}

/** All that an invoice is made of, except its number. */
type Prepared = {
  readonly draft: DraftInvoice;
  readonly subscription: Subscription;
  readonly billing: Billing;
  readonly customer: Customer;
};

async function prepare(context: Context, id: string): Promise<Result<Prepared>> {
  const { db, environment } = context;
  const draft = await findInvoice(db, environment.id, id);
  if (draft === null && context.handling !== null) {
    await finishHandling(context);
    return refuse("not_found", "The draft was discarded.");
  }
  if (draft === null) return refuse("not_found", "There is no such invoice.");
  if (draft.status !== "draft") {
    await finishHandling(context);
    return refuse("already_issued", `The invoice is ${draft.status}.`);
  }
  const subscription = present(await findSubscription(db, environment.id, draft.subscriptionId), `subscription ${draft.subscriptionId}`);
  const freezeFor = context.preview ? null : draft.id;
  const billing = await loadBilling(context, { subscription, asOf: draft.asOf, includeOpen: false, freezeFor });
  const customer = present(await findCustomer(db, environment.id, draft.customerId), `customer ${draft.customerId}`);
  return ok({ draft, subscription, billing, customer });
}

/** Who lost only the race for a number tries the next; who lost one for the draft itself has to look again from outside. */
async function whatMoved({ db, environment }: Context, { draft, subscription }: Prepared): Promise<"draft" | "subscription" | null> {
  if ((await findInvoice(db, environment.id, draft.id))?.version !== draft.version) return "draft";
  return (await findSubscription(db, environment.id, subscription.id))?.version === subscription.version ? null : "subscription";
}

async function issueNow(context: Context, { draft, subscription, billing, customer }: Prepared): Promise<Result<Invoice>> {
  const { db, environment } = context;
  const numbered = await numberInvoice(context, withLines(draft, draftLines(billing)), customer);
  if (!numbered.ok) return numbered;
  const { invoice, events, writes, audit } = numbered.value;
  const lateFrom = await usageSince(context, billing, invoice.lines);
  const settled = {
    ...subscription,
    billedThrough: Math.max(subscription.billedThrough, draft.asOf),
    unsettledFrom: Math.min(unsettledAfter(billing), lateFrom ?? Infinity),
    version: subscription.version + (lateFrom === null ? 1 : 2),
  };
  return commit(context, {
    result: invoice,
    events: [...events, ...billedEvents(subscription, draft.asOf, lateFrom)],
    writes: [saveInvoice(db, environment.id, invoice), ...writes, saveSubscription(db, environment.id, settled)],
    audit: [audit],
    dueRemoved: issueDue(draft),
  });
}

/**
 * From where usage came after an earlier try fixed the quantities, or null. It is late for this invoice: the next bill must
 * look there again.
 */
async function usageSince(context: Context, billing: Billing, issued: readonly Line[]): Promise<Instant | null> {
  const usage = await readUsage(context, billing, null);
  const lines = draftLines({ ...billing, usage, billed: [...billing.billed, ...issued] });
  return lines.length === 0 ? null : Math.min(...lines.map(({ period }) => period.start));
}

function billedEvents({ id, customerId, version }: Subscription, through: Instant, lateFrom: Instant | null): DomainEvent[] {
  const stream = `subscription/${id}`;
  const data = { subscription: id, customer: customerId };
  const billed: DomainEvent = { stream, version: version + 1, type: "subscription.billed", data: { ...data, through } };
  if (lateFrom === null) return [billed];
  return [billed, { stream, version: version + 2, type: "subscription.usage_arrived_late", data: { ...data, from: lateFrom } }];
}
