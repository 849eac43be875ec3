import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { present } from "#domain/assert";
import type { VoidInvoice } from "#domain/invoices/invoice";
import { voidInvoice as decide } from "#domain/invoices/issue";
import { reopenedBy } from "#domain/invoices/unsettled";
import { refuse, type Result } from "#domain/result";
import { bumpContract } from "#storage/queries/customers";
import { deleteBilled, findInvoice, saveInvoice } from "#storage/queries/invoices";
import { paymentsOf } from "#storage/queries/payments";
import { findSubscription, saveSubscription } from "#storage/queries/subscriptions";

/** Takes an issued invoice back. Its lines were never billed then, so the next draft has them again. */
export async function voidInvoice(context: Context, input: { readonly invoice: string }): Promise<Result<VoidInvoice>> {
  const { db, environment } = context;
  const invoice = await findInvoice(db, environment.id, input.invoice);
  if (invoice === null) return refuse("not_found", "There is no such invoice.");
  const payments = await paymentsOf(db, environment.id, invoice.id);
  if (payments.some(({ status }) => status === "attempted"))
    return refuse("not_voidable", "A payment of this invoice is under way; its money may have been taken.");
  const decided = decide(invoice, context.clock.now());
  if (!decided.ok) return decided;
  const voided = { ...decided.value, version: invoice.version + 1 };
  const subscription = present(
    await findSubscription(db, environment.id, invoice.subscriptionId),
    `subscription ${invoice.subscriptionId}`,
  );
  const from = reopenedBy(subscription, invoice.lines);
  const reopened = { ...subscription, unsettledFrom: from, version: subscription.version + 1 };
  return commit(context, {
    result: voided,
    events: [
      {
        stream: `invoice/${invoice.id}`,
        version: voided.version,
        type: "invoice.voided",
        data: { invoice: invoice.id, customer: invoice.customerId },
      },
      {
        stream: `subscription/${subscription.id}`,
        version: reopened.version,
        type: "subscription.reopened",
        data: { subscription: subscription.id, customer: subscription.customerId, from },
      },
    ],
    writes: [
      saveInvoice(db, environment.id, voided),
      deleteBilled(db, environment.id, invoice.id),
      saveSubscription(db, environment.id, reopened),
      bumpContract(db, environment.id, invoice.customerId),
    ],
    audit: [{ action: "invoice.void", subject: invoice.id, before: { status: invoice.status }, after: { status: "void" } }],
  });
}
