import { z } from "@hono/zod-openapi";
import type { InvoiceEffect } from "#actions/invoices/bill-effects";
import type { Invoice } from "#domain/invoices/invoice";
import { formatInstant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import { minorUnitsSchema } from "#worker/schemas/scalars";

const time = z.string().openapi({ format: "date-time" });
export const periodSchema = z.object({ start: time, end: time });

export const invoiceReference = z
  .object({ id: z.string(), number: z.string().nullable(), status: z.enum(["draft", "issued", "paid", "void"]) })
  .nullable();

/** What changed usage changes on the bill. */
export const billEffectSchema = z
  .object({
    subscription: z.string(),
    meter: z.string(),
    period: periodSchema.openapi({ description: "The usage window whose quantity changes" }),
    before: z.string(),
    after: z.string(),
    invoice: invoiceReference.openapi({ description: "The invoice that has issued the window, or the draft that holds it" }),
    lands_on: z
      .enum(["open_period", "draft", "next_invoice"])
      .openapi({ description: "Where the difference is billed: an issued invoice stays, the next one corrects it" }),
    lines: z.array(
      z.object({
        price: z.string(),
        period: periodSchema,
        before: minorUnitsSchema,
        after: minorUnitsSchema,
        difference: minorUnitsSchema,
        currency: z.string(),
      }),
    ),
  })
  .openapi("BillEffect");

export function billEffectToWire(effect: InvoiceEffect): z.output<typeof billEffectSchema> {
  return {
    subscription: effect.subscription,
    meter: effect.meter,
    period: periodToWire(effect.window),
    before: effect.before,
    after: effect.after,
    invoice: referenceTo(effect.invoice),
    lands_on: effect.landsOn,
    lines: effect.lines.map(({ price, period, before, after, difference }) => ({
      price,
      period: periodToWire(period),
      before: Number(before.amount),
      after: Number(after.amount),
      difference: Number(difference.amount),
      currency: difference.currency,
    })),
  };
}

export function periodToWire({ start, end }: Period): z.output<typeof periodSchema> {
  return { start: formatInstant(start), end: formatInstant(end) };
}

export function referenceTo(invoice: Invoice | null): z.output<typeof invoiceReference> {
  return invoice && { id: invoice.id, number: invoice.status === "draft" ? null : invoice.number, status: invoice.status };
}
