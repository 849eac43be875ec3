import { commit, finishHandling } from "#actions/commit";
import type { Context } from "#actions/context";
import { loadBilling, readUsage } from "#actions/invoices/load-billing";
import { present } from "#domain/assert";
import type { Customer } from "#domain/customers/customer";
import type { Billing } from "#domain/invoices/billing";
import { unsettledAfter, withLines } from "#domain/invoices/draft-invoice";
import { draftLines } from "#domain/invoices/draft-lines";
import type { DraftInvoice, Invoice, IssuedInvoice, PaidInvoice, Party } from "#domain/invoices/invoice";
import { invoiceNumber } from "#domain/invoices/invoice-number";
import { issue } from "#domain/invoices/issue";
import type { Line } from "#domain/invoices/line";
import { ok, refuse, type Result } from "#domain/result";
import type { Subscription } from "#domain/subscriptions/subscription";
import type { Instant } from "#domain/time/instant";
import { localDate, type Zone } from "#domain/time/zone";
import type { DomainEvent } from "#domain/events";
import { bumpContract, findCustomer } from "#storage/queries/customers";
import { type BillingEntity, billingEntityOf, nextInvoiceNumber, takeInvoiceNumber } from "#storage/queries/environments";
import { findInvoice, insertBilled, saveInvoice } from "#storage/queries/invoices";
import { findSubscription, saveSubscription } from "#storage/queries/subscriptions";

/** Numbers are given one after the other; each try loses only to an invoice that took the number it wanted. */
const MOST_TRIES = 100;

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
  const entity = await billingEntityOf(db, environment.id);
  const number = await nextInvoiceNumber(db, environment.id, entity.id);
  const at = context.clock.now();
  const year = Number(localDate(at, entity.timeZone as Zone).slice(0, 4));
  const facts = { number: invoiceNumber(entity.invoicePrefix, year, number), at, buyer: buyerOf(customer), seller: sellerOf(entity) };
  const issued = issue(withLines(draft, draftLines(billing)), facts);
  if (!issued.ok) return issued;
  const invoice = { ...issued.value, version: draft.version + (issued.value.status === "paid" ? 2 : 1) };
  const lateFrom = await usageSince(context, billing, invoice.lines);
  const settled = {
    ...subscription,
    billedThrough: Math.max(subscription.billedThrough, draft.asOf),
    unsettledFrom: Math.min(unsettledAfter(billing), lateFrom ?? Infinity),
    version: subscription.version + (lateFrom === null ? 1 : 2),
  };
  return commit(context, {
    result: invoice,
    events: [...issueEvents(invoice, draft), ...billedEvents(subscription, draft.asOf, lateFrom)],
    writes: [
      saveInvoice(db, environment.id, invoice),
      takeInvoiceNumber(db, environment.id, entity.id, number),
      ...invoice.lines.map((line) => insertBilled(db, environment.id, invoice.id, line)),
      saveSubscription(db, environment.id, settled),
      bumpContract(db, environment.id, invoice.customerId),
    ],
    audit: [
      {
        action: "invoice.issue",
        subject: invoice.id,
        before: { status: "draft" },
        after: { status: invoice.status, number: invoice.number, total: invoice.total.amount },
      },
    ],
    dueRemoved: draft.issueAt === null ? [] : [{ at: draft.issueAt, kind: "invoice.issue", subject: draft.id }],
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

function issueEvents(invoice: IssuedInvoice | PaidInvoice, draft: DraftInvoice): [DomainEvent, ...DomainEvent[]] {
  const stream = `invoice/${invoice.id}`;
  const data = { invoice: invoice.id, customer: invoice.customerId };
  const issued: DomainEvent = { stream, version: draft.version + 1, type: "invoice.issued", data: { ...data, number: invoice.number } };
  return invoice.status === "paid" ? [issued, { stream, version: draft.version + 2, type: "invoice.paid", data }] : [issued];
}

function buyerOf({ name, email, billingAddress }: Customer): Party {
  return { name, email, address: billingAddress };
}

function sellerOf({ name, email, address }: BillingEntity): Party {
  const text = (field: string): string | null => address?.[field] ?? null;
  return {
    name,
    email,
    address: address && {
      line1: text("line1"),
      line2: text("line2"),
      city: text("city"),
      postalCode: text("postalCode"),
      state: text("state"),
      country: text("country"),
    },
  };
}
