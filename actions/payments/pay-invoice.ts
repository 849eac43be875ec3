import type { Context } from "#actions/context";
import { charge, type Charged } from "#actions/payments/charge";
import { amountDue, recordPayment } from "#domain/invoices/issue";
import { type Money, money } from "#domain/money/money";
import { refuse, refuseField, type Result } from "#domain/result";
import { paymentProvider } from "#plugins/payments/registry";
import { findInvoice } from "#storage/queries/invoices";

export type PayInvoice = {
  readonly invoice: string;
  readonly provider: string;
  readonly method: string | null;
  /** Minor units of the invoice's currency; null is all that is due. */
  readonly amount: bigint | null;
};

/** Pays an invoice by hand: a transfer that arrived, or a charge at a provider now. Part payments add up; too much is refused. */
export async function payInvoice(context: Context, input: PayInvoice): Promise<Result<Charged>> {
  const invoice = await findInvoice(context.db, context.environment.id, input.invoice);
  if (invoice === null) return refuse("not_found", "There is no such invoice.");
  const provider = paymentProvider(context.environment.kind, input.provider);
  if (provider === null) return refuseField("unknown_provider", "/provider", `This environment cannot use the provider ${input.provider}.`);
  if (invoice.status !== "issued") return refuse("not_payable", `The invoice is ${invoice.status}.`);
  const amount: Money = input.amount === null ? amountDue(invoice) : money(input.amount, invoice.currency);
  // Decided before money moves: an attempt for more than is due must not begin.
  const possible = recordPayment(invoice, amount, context.clock.now());
  if (!possible.ok) return possible;
  return charge(context, { invoice, provider, method: input.method, amount });
}
