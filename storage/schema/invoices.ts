import { sql } from "drizzle-orm";
import { index, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Party } from "#domain/invoices/invoice";
import { amount, count, currency, id, instant, json, zone } from "#storage/schema/columns";
import type { StoredLine } from "#domain/invoices/stored-line";
import type { Zone } from "#domain/time/zone";

/** One row per invoice with its lines as JSON. From issue on only status, payment columns and version change. */
export const invoice = sqliteTable(
  "invoice",
  {
    environmentId: id("environment_id", "environment").notNull(),
    id: id("id", "invoice").notNull(),
    customerId: id("customer_id", "customer").notNull(),
    customerKey: text("customer_key").notNull(),
    subscriptionId: id("subscription_id", "subscription").notNull(),
    billingEntityId: id("billing_entity_id", "billing_entity").notNull(),
    status: text("status", { enum: ["draft", "issued", "paid", "void"] }).notNull(),
    number: text("number"),
    currency: currency("currency").notNull(),
    zone: zone("zone").notNull(),
    asOf: instant("as_of").notNull(),
    issueAt: instant("issue_at"),
    issuedAt: instant("issued_at"),
    paidAt: instant("paid_at"),
    voidedAt: instant("voided_at"),
    lines: json<readonly StoredLine[]>("lines").notNull(),
    totalAmount: amount("total_amount").notNull(),
    paidAmount: amount("paid_amount").notNull(),
    buyer: json<Party>("buyer"),
    seller: json<Party & { readonly zone?: Zone }>("seller"),
    createdAt: instant("created_at").notNull(),
    version: count("version").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.id] }),
    uniqueIndex("invoice_number").on(table.environmentId, table.billingEntityId, table.number),
    // One open draft per subscription: two closes racing each other cannot both draft.
    uniqueIndex("invoice_open_draft")
      .on(table.environmentId, table.subscriptionId)
      .where(sql`status = 'draft'`),
    index("invoice_by_customer").on(table.environmentId, table.customerId, table.id),
    index("invoice_by_status").on(table.environmentId, table.status, table.id),
  ],
);

/** One row per engine line of an issued invoice: what exists, which the next draft subtracts. Its key forbids billing twice. */
export const billed = sqliteTable(
  "billed",
  {
    environmentId: id("environment_id", "environment").notNull(),
    subscriptionId: id("subscription_id", "subscription").notNull(),
    price: text("price").notNull(),
    /** The group of a `group_by` price; empty where there is none. */
    group: text("group").notNull(),
    segmentStart: instant("segment_start").notNull(),
    segmentEnd: instant("segment_end").notNull(),
    purpose: text("purpose", { enum: ["charge", "credit", "usage"] }).notNull(),
    sequence: count("sequence").notNull(),
    invoiceId: id("invoice_id", "invoice").notNull(),
    line: json<StoredLine>("line").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [
        table.environmentId,
        table.subscriptionId,
        table.price,
        table.group,
        table.segmentStart,
        table.segmentEnd,
        table.purpose,
        table.sequence,
      ],
    }),
    index("billed_recent").on(table.environmentId, table.subscriptionId, table.segmentEnd),
    index("billed_by_invoice").on(table.environmentId, table.invoiceId),
  ],
);

/** The attempt is written before the provider is called; its id is the provider's idempotency key. */
export const payment = sqliteTable(
  "payment",
  {
    environmentId: id("environment_id", "environment").notNull(),
    id: id("id", "payment").notNull(),
    invoiceId: id("invoice_id", "invoice").notNull(),
    customerId: id("customer_id", "customer").notNull(),
    attempt: count("attempt").notNull(),
    provider: text("provider").notNull(),
    method: text("method"),
    status: text("status", { enum: ["attempted", "succeeded", "failed"] }).notNull(),
    amount: amount("amount").notNull(),
    currency: currency("currency").notNull(),
    reference: text("reference"),
    failureCode: text("failure_code"),
    createdAt: instant("created_at").notNull(),
    settledAt: instant("settled_at"),
    version: count("version").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.id] }),
    uniqueIndex("payment_attempt").on(table.environmentId, table.invoiceId, table.attempt),
  ],
);
