import type { AuditEntry } from "#actions/commit";
import type { Context } from "#actions/context";
import type { Customer } from "#domain/customers/customer";
import type { DomainEvent } from "#domain/events";
import { type DraftInvoice, issuedOn, type IssuedInvoice, type PaidInvoice, type Party, type Seller } from "#domain/invoices/invoice";
import { invoiceNumber } from "#domain/invoices/invoice-number";
import { issue } from "#domain/invoices/issue";
import { ok, type Result } from "#domain/result";
import type { Zone } from "#domain/time/zone";
import type { Write } from "#storage/database";
import { bumpContract } from "#storage/queries/customers";
import { type BillingEntity, billingEntityOf, nextInvoiceNumber, takeInvoiceNumber } from "#storage/queries/environments";
import { insertBilled } from "#storage/queries/invoices";

/** Numbers are given one after the other; each try loses only to an invoice that took the number it wanted. */
export const MOST_TRIES = 100;

/** An invoice with its number, and what its commit must hold besides the invoice's own row. */
export type Numbered = {
  readonly invoice: IssuedInvoice | PaidInvoice;
  readonly events: readonly [DomainEvent, ...DomainEvent[]];
  readonly writes: readonly Write[];
  readonly audit: AuditEntry;
};

/** Gives a draft the next number of its seller, copies both parties in and records its lines as billed. */
export async function numberInvoice(context: Context, draft: DraftInvoice, customer: Customer): Promise<Result<Numbered>> {
  const { db, environment } = context;
  const entity = await billingEntityOf(db, environment.id);
  const number = await nextInvoiceNumber(db, environment.id, entity.id);
  const at = context.clock.now();
  const seller = sellerOf(entity);
  const text = invoiceNumber(entity.invoicePrefix, issuedOn({ issuedAt: at, seller }), number);
  const facts = { number: text, at, buyer: buyerOf(customer), seller };
  const issued = issue(draft, facts);
  if (!issued.ok) return issued;
  const invoice = { ...issued.value, version: draft.version + (issued.value.status === "paid" ? 2 : 1) };
  return ok({
    invoice,
    events: issueEvents(invoice, draft),
    writes: [
      takeInvoiceNumber(db, environment.id, entity.id, number),
      ...invoice.lines.map((line) => insertBilled(db, environment.id, invoice.id, line)),
      bumpContract(db, environment.id, invoice.customerId),
    ],
    audit: {
      action: "invoice.issue",
      subject: invoice.id,
      before: { status: "draft" },
      after: { status: invoice.status, number: invoice.number, total: invoice.total.amount },
    },
  });
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

function sellerOf({ name, email, address, timeZone }: BillingEntity): Seller {
  const text = (field: string): string | null => address?.[field] ?? null;
  return {
    name,
    email,
    zone: timeZone as Zone,
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
