import { and, desc, eq } from "drizzle-orm";
import { present } from "#domain/assert";
import type { Id } from "#domain/ids";
import type { Payment } from "#domain/payments/payment";
import type { Database, Write } from "#storage/database";
import { payment } from "#storage/schema/invoices";

function readPayment(row: typeof payment.$inferSelect): Payment {
  const { id, invoiceId, customerId, attempt, provider, method, createdAt, version, reference } = row;
  const facts = {
    id,
    invoiceId,
    customerId,
    attempt,
    provider,
    method,
    createdAt,
    version,
    amount: { amount: row.amount, currency: row.currency },
  };
  switch (row.status) {
    case "attempted":
      return { ...facts, status: "attempted" };
    case "succeeded":
      return { ...facts, status: "succeeded", reference, settledAt: present(row.settledAt, `settlement of ${id}`) };
    case "failed":
      return {
        ...facts,
        status: "failed",
        failureCode: present(row.failureCode, `failure of ${id}`),
        reference,
        settledAt: present(row.settledAt, `settlement of ${id}`),
      };
  }
}

/** The attempts on an invoice, newest first; at most 100. */
export async function paymentsOf(db: Database, environmentId: Id<"environment">, invoiceId: Id<"invoice">): Promise<Payment[]> {
  const rows = await db
    .select()
    .from(payment)
    .where(and(eq(payment.environmentId, environmentId), eq(payment.invoiceId, invoiceId)))
    .orderBy(desc(payment.attempt))
    .limit(100);
  return rows.map(readPayment);
}

export function insertPayment(db: Database, environmentId: Id<"environment">, created: Payment): Write {
  return db.insert(payment).values({ environmentId, id: created.id, ...columnsOf(created) });
}

export function savePayment(db: Database, environmentId: Id<"environment">, changed: Payment): Write {
  return db
    .update(payment)
    .set(columnsOf(changed))
    .where(and(eq(payment.environmentId, environmentId), eq(payment.id, changed.id)));
}

function columnsOf(changed: Payment) {
  const { invoiceId, customerId, attempt, provider, method, status, createdAt, version } = changed;
  return {
    invoiceId,
    customerId,
    attempt,
    provider,
    method,
    status,
    createdAt,
    version,
    amount: changed.amount.amount,
    currency: changed.amount.currency,
    reference: changed.status === "attempted" ? null : changed.reference,
    failureCode: changed.status === "failed" ? changed.failureCode : null,
    settledAt: changed.status === "attempted" ? null : changed.settledAt,
  };
}
