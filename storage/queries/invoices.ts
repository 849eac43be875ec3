import { and, desc, eq, gt, lt, sql } from "drizzle-orm";
import { present } from "#domain/assert";
import type { Id } from "#domain/ids";
import type { DraftInvoice, Invoice } from "#domain/invoices/invoice";
import type { Line } from "#domain/invoices/line";
import type { Instant } from "#domain/time/instant";
import { UTC } from "#domain/time/zone";
import type { Database, Write } from "#storage/database";
import { type Page, pageOf, type PageRequest } from "#storage/page";
import { rare } from "#storage/rare";
import { billed, invoice } from "#storage/schema/invoices";
import { readLine, storeLine } from "#domain/invoices/stored-line";

type Row = typeof invoice.$inferSelect;

function readInvoice(row: Row): Invoice {
  const { id, customerId, customerKey, subscriptionId, billingEntityId, currency, zone, asOf, version } = row;
  const facts = {
    id,
    customerId,
    customerKey,
    subscriptionId,
    billingEntityId,
    currency,
    zone,
    asOf,
    version,
    lines: row.lines.map(readLine),
    total: {
      amount: row.totalAmount,
      currency,
    },
  };
  if (row.status === "draft") return { ...facts, status: "draft", issueAt: row.issueAt ?? row.asOf };
  const issued = {
    ...facts,
    number: present(row.number, `number of ${id}`),
    issuedAt: present(row.issuedAt, `issue of ${id}`),
    buyer: present(row.buyer, `buyer of ${id}`),
    // Sellers of before were copied without their zone, when every one kept its books in UTC.
    seller: { zone: UTC, ...present(row.seller, `seller of ${id}`) },
    amountPaid: { amount: row.paidAmount, currency },
  };
  switch (row.status) {
    case "issued":
      return { ...issued, status: "issued" };
    case "paid":
      return { ...issued, status: "paid", paidAt: present(row.paidAt, `payment of ${id}`) };
    case "void":
      return { ...issued, status: "void", voidedAt: present(row.voidedAt, `voiding of ${id}`) };
  }
}

export async function findInvoice(db: Database, environmentId: Id<"environment">, id: string): Promise<Invoice | null> {
  const [row] = await db
    .select()
    .from(invoice)
    .where(and(eq(invoice.environmentId, environmentId), eq(invoice.id, id as Id<"invoice">)))
    .limit(1);
  return row === undefined ? null : readInvoice(row);
}

/** The open draft of a subscription: at most one. */
export async function findDraft(
  db: Database,
  environmentId: Id<"environment">,
  subscriptionId: Id<"subscription">,
): Promise<DraftInvoice | null> {
  const [row] = await db
    .select()
    .from(invoice)
    // The status is a literal: a bound value could not use the index that has drafts only.
    .where(
      and(eq(invoice.environmentId, environmentId), rare(eq(invoice.subscriptionId, subscriptionId)), sql`${invoice.status} = 'draft'`),
    )
    .limit(1);
  const found = row === undefined ? null : readInvoice(row);
  return found?.status === "draft" ? found : null;
}

/** Newest first. */
export async function listInvoices(
  db: Database,
  environmentId: Id<"environment">,
  {
    limit,
    after,
    customerId,
    status,
  }: PageRequest & { readonly customerId: Id<"customer"> | null; readonly status: Invoice["status"] | null },
): Promise<Page<Invoice>> {
  const ofStatus = status === null ? undefined : eq(invoice.status, status);
  const rows = await db
    .select()
    .from(invoice)
    .where(
      and(
        eq(invoice.environmentId, environmentId),
        customerId === null ? ofStatus && rare(ofStatus) : and(rare(eq(invoice.customerId, customerId)), ofStatus),
        after === null ? undefined : lt(invoice.id, after as Id<"invoice">),
      ),
    )
    .orderBy(desc(invoice.id))
    .limit(limit + 1);
  return pageOf(rows, limit, readInvoice);
}

export function insertInvoice(db: Database, environmentId: Id<"environment">, created: Invoice, createdAt: Instant): Write {
  return db.insert(invoice).values({ environmentId, id: created.id, createdAt, ...columnsOf(created) });
}

export function saveInvoice(db: Database, environmentId: Id<"environment">, changed: Invoice): Write {
  return db
    .update(invoice)
    .set(columnsOf(changed))
    .where(and(eq(invoice.environmentId, environmentId), eq(invoice.id, changed.id)));
}

/** Only a draft can be forgotten: nothing of it was ever shown as owed. */
export function deleteDraft(db: Database, environmentId: Id<"environment">, id: Id<"invoice">): Write {
  return db.delete(invoice).where(and(eq(invoice.environmentId, environmentId), eq(invoice.id, id), eq(invoice.status, "draft")));
}

function columnsOf(changed: Invoice) {
  const { customerId, customerKey, subscriptionId, billingEntityId, status, currency, zone, asOf, version } = changed;
  const issued = changed.status === "draft" ? null : changed;
  return {
    customerId,
    customerKey,
    subscriptionId,
    billingEntityId,
    status,
    currency,
    zone,
    asOf,
    version,
    lines: changed.lines.map(storeLine),
    totalAmount: changed.total.amount,
    issueAt: changed.status === "draft" ? changed.issueAt : null,
    number: issued?.number ?? null,
    issuedAt: issued?.issuedAt ?? null,
    buyer: issued?.buyer ?? null,
    seller: issued?.seller ?? null,
    paidAmount: issued?.amountPaid.amount ?? 0n,
    paidAt: changed.status === "paid" ? changed.paidAt : null,
    voidedAt: changed.status === "void" ? changed.voidedAt : null,
  };
}

/** The engine lines of issued invoices whose period reaches past an instant. */
export async function billedLines(
  db: Database,
  environmentId: Id<"environment">,
  subscriptionId: Id<"subscription">,
  past: Instant,
): Promise<Line[]> {
  const rows = await db
    .select({ line: billed.line })
    .from(billed)
    .where(and(eq(billed.environmentId, environmentId), eq(billed.subscriptionId, subscriptionId), gt(billed.segmentEnd, past)));
  return rows.map(({ line }) => readLine(line));
}

export function insertBilled(db: Database, environmentId: Id<"environment">, invoiceId: Id<"invoice">, line: Line): Write {
  return db.insert(billed).values({
    environmentId,
    subscriptionId: line.subscriptionId,
    price: line.price,
    group: "",
    segmentStart: line.period.start,
    segmentEnd: line.period.end,
    purpose: line.purpose,
    sequence: line.sequence,
    invoiceId,
    line: storeLine(line),
  });
}

/** The lines of a voided invoice were never billed: they should exist again. */
export function deleteBilled(db: Database, environmentId: Id<"environment">, invoiceId: Id<"invoice">): Write {
  return db.delete(billed).where(and(eq(billed.environmentId, environmentId), rare(eq(billed.invoiceId, invoiceId))));
}
