import { z } from "@hono/zod-openapi";
import type { UpcomingInvoice } from "#actions/invoices/upcoming-invoice";
import { issuesAt } from "#domain/invoices/draft-invoice";
import type { Invoice, Party } from "#domain/invoices/invoice";
import { amountDue } from "#domain/invoices/issue";
import type { Line } from "#domain/invoices/line";
import type { Payment } from "#domain/payments/payment";
import { formatInstant, type Instant } from "#domain/time/instant";
import { addressSchema, addressToWire } from "#worker/schemas/customers";
import { minorUnitsSchema } from "#worker/schemas/scalars";

const time = z.string().openapi({ format: "date-time" });
const decimalWire = z.string().openapi({ format: "decimal" });
const period = z.object({ start: time, end: time });

export const lineSchema = z
  .object({
    price: z.string().openapi({ description: "Key of the price in its plan version" }),
    kind: z.enum(["flat", "seat", "usage"]),
    purpose: z.enum(["charge", "credit", "usage"]),
    description: z.string(),
    period,
    quantity: decimalWire,
    unit_amount: decimalWire.nullable().openapi({ description: "Major units; null where it is not one amount" }),
    amount: minorUnitsSchema,
    steps: z
      .array(z.object({ label: z.string(), quantity: z.string(), unit_amount: z.string(), amount: z.string() }))
      .openapi({ description: "How the amount comes about; exact, in major units" }),
    subscription: z.string(),
    plan_version: z.string(),
  })
  .openapi("InvoiceLine");

const partySchema = z.object({ name: z.string(), email: z.string().nullable(), address: addressSchema.nullable() });

export const invoiceSchema = z
  .object({
    object: z.literal("invoice"),
    id: z.string(),
    customer: z.string().openapi({ description: "The customer's key" }),
    subscription: z.string(),
    status: z.enum(["draft", "issued", "paid", "void"]),
    number: z.string().nullable(),
    currency: z.string(),
    time_zone: z.string(),
    total: minorUnitsSchema,
    amount_paid: minorUnitsSchema,
    amount_due: minorUnitsSchema,
    as_of: time.openapi({ description: "Everything due by then is on this invoice" }),
    issue_at: time.nullable().openapi({ description: "When a draft is issued; null while its credits exceed its charges" }),
    issued_at: time.nullable(),
    paid_at: time.nullable(),
    voided_at: time.nullable(),
    buyer: partySchema.nullable(),
    seller: partySchema.nullable(),
    lines: z.array(lineSchema),
  })
  .openapi("Invoice");

export function lineToWire(line: Line): z.output<typeof lineSchema> {
  return {
    price: line.price,
    kind: line.kind,
    purpose: line.purpose,
    description: line.description,
    period: { start: formatInstant(line.period.start), end: formatInstant(line.period.end) },
    quantity: line.quantity,
    unit_amount: line.unitAmount,
    amount: Number(line.amount.amount),
    steps: line.steps.map(({ label, quantity, unitAmount, amount }) => ({ label, quantity, unit_amount: unitAmount, amount })),
    subscription: line.subscriptionId,
    plan_version: line.planVersion,
  };
}

export function invoiceToWire(invoice: Invoice): z.output<typeof invoiceSchema> {
  const issued = invoice.status === "draft" ? null : invoice;
  return {
    object: "invoice",
    id: invoice.id,
    customer: invoice.customerKey,
    subscription: invoice.subscriptionId,
    status: invoice.status,
    number: issued?.number ?? null,
    currency: invoice.currency,
    time_zone: invoice.zone,
    total: Number(invoice.total.amount),
    amount_paid: Number(issued?.amountPaid.amount ?? 0n),
    amount_due: Number(amountDue(invoice).amount),
    as_of: formatInstant(invoice.asOf),
    issue_at: timeOrNull(invoice.status === "draft" ? issuesAt(invoice) : null),
    issued_at: timeOrNull(issued?.issuedAt ?? null),
    paid_at: timeOrNull(invoice.status === "paid" ? invoice.paidAt : null),
    voided_at: timeOrNull(invoice.status === "void" ? invoice.voidedAt : null),
    buyer: issued && partyToWire(issued.buyer),
    seller: issued && partyToWire(issued.seller),
    lines: invoice.lines.map(lineToWire),
  };
}

function timeOrNull(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}

function partyToWire({ name, email, address }: Party) {
  return { name, email, address: addressToWire(address) };
}

export const upcomingSchema = z
  .object({
    object: z.literal("upcoming_invoice"),
    customer: z.string(),
    as_of: time,
    bills: z
      .array(z.object({ currency: z.string(), total: minorUnitsSchema, lines: z.array(lineSchema) }))
      .openapi({ description: "One bill per currency" }),
  })
  .openapi("UpcomingInvoice");

export function upcomingToWire({ customer, asOf, bills }: UpcomingInvoice): z.output<typeof upcomingSchema> {
  return {
    object: "upcoming_invoice",
    customer: customer.key,
    as_of: formatInstant(asOf),
    bills: bills.map(({ currency, total, lines }) => ({ currency, total: Number(total.amount), lines: lines.map(lineToWire) })),
  };
}

export const paymentSchema = z
  .object({
    object: z.literal("payment"),
    id: z.string(),
    invoice: z.string(),
    attempt: z.int(),
    provider: z.string(),
    status: z.enum(["attempted", "succeeded", "failed"]),
    currency: z.string(),
    amount: minorUnitsSchema,
    reference: z.string().nullable(),
    failure_code: z.string().nullable(),
    created_at: time,
  })
  .openapi("Payment");

export function paymentToWire(payment: Payment): z.output<typeof paymentSchema> {
  return {
    object: "payment",
    id: payment.id,
    invoice: payment.invoiceId,
    attempt: payment.attempt,
    provider: payment.provider,
    status: payment.status,
    currency: payment.amount.currency,
    amount: Number(payment.amount.amount),
    reference: payment.status === "attempted" ? null : payment.reference,
    failure_code: payment.status === "failed" ? payment.failureCode : null,
    created_at: formatInstant(payment.createdAt),
  };
}
