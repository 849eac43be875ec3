import { finishHandling } from "#actions/commit";
import type { Context } from "#actions/context";
import { charge, type Charged } from "#actions/payments/charge";
import type { Id } from "#domain/ids";
import { amountDue } from "#domain/invoices/issue";
import { ok, type Result } from "#domain/result";
import { collectingProvider } from "#plugins/payments/registry";
import { findInvoice } from "#storage/queries/invoices";

/** Charges an issued invoice where the environment has a provider that collects by itself. A paid one is left alone. */
export async function collectPayment(context: Context, input: { readonly invoice: Id<"invoice"> }): Promise<Result<Charged | null>> {
  const provider = collectingProvider(context.environment.kind);
  const invoice = await findInvoice(context.db, context.environment.id, input.invoice);
  if (provider === null || invoice === null || invoice.status !== "issued") {
    await finishHandling(context);
    return ok(null);
  }
  return charge(context, { invoice, provider, method: null, amount: amountDue(invoice) });
}
