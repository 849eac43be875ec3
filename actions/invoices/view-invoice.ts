import type { Context } from "#actions/context";
import { loadBilling } from "#actions/invoices/load-billing";
import { present } from "#domain/assert";
import { withLines } from "#domain/invoices/draft-invoice";
import { draftLines } from "#domain/invoices/draft-lines";
import type { Invoice } from "#domain/invoices/invoice";
import { ok, refuse, type Result } from "#domain/result";
import { findInvoice } from "#storage/queries/invoices";
import { findSubscription } from "#storage/queries/subscriptions";

/** An invoice to look at. A draft is computed anew for every look: usage may have come since. */
export async function viewInvoice(context: Context, input: { readonly invoice: string }): Promise<Result<Invoice>> {
  const { db, environment } = context;
  const invoice = await findInvoice(db, environment.id, input.invoice);
  if (invoice === null) return refuse("not_found", "There is no such invoice.");
  if (invoice.status !== "draft") return ok(invoice);
  const subscription = present(
    await findSubscription(db, environment.id, invoice.subscriptionId),
    `subscription ${invoice.subscriptionId}`,
  );
  const billing = await loadBilling(context, { subscription, asOf: invoice.asOf, includeOpen: false, freezeFor: null });
  return ok(withLines(invoice, draftLines(billing)));
}
