import { customersAt, stepAll } from "#actions/backfills/walk-backfill";
import type { Context } from "#actions/context";
import { type InvoiceEffect, invoiceEffects } from "#actions/invoices/bill-effects";
import { type Backfill, type BackfillPlace, firstPlace } from "#domain/metering/backfill";
import { ok, refuse, type Result } from "#domain/result";
import { findBackfill } from "#storage/queries/backfills";

/** What closing would do for one customer. */
export type BackfillPreview = { readonly customerKey: string } & (
  | { readonly ok: true; readonly added: number; readonly superseded: number; readonly effects: readonly InvoiceEffect[] }
  | { readonly ok: false; readonly code: string; readonly detail: string }
);

export type PreviewPage = {
  readonly backfill: Backfill;
  readonly customers: readonly BackfillPreview[];
  readonly next: BackfillPlace | null;
};

/** What closing a backfill would do, customer by customer: the real thing without keeping any of it. */
export async function previewBackfill(
  context: Context,
  input: { readonly backfill: string; readonly place: BackfillPlace | null; readonly limit: number },
): Promise<Result<PreviewPage>> {
  const backfill = await findBackfill(context.db, context.environment.id, input.backfill);
  if (backfill === null) return refuse("not_found", "There is no such backfill.");
  if (backfill.status !== "open" && backfill.status !== "closing")
    return refuse("backfill_not_open", `The backfill is ${backfill.status}.`);
  const place = input.place ?? firstPlace(backfill);
  const { keys, next } = await customersAt(context, backfill, { place, limit: input.limit, states: ["loaded"], newOnly: true });
  const steps = await stepAll({ ...context, preview: true }, backfill, "close", keys);
  const customers: BackfillPreview[] = [];
  for (const step of steps) {
    if (step.ok && step.added === 0 && step.superseded === 0) continue;
    customers.push(step.ok ? { ...step, effects: await invoiceEffects(context, step.effects) } : step);
  }
  return ok({ backfill, customers, next });
}
