import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import type { DomainEvent } from "#domain/events";
import type { Invoice, IssuedInvoice } from "#domain/invoices/invoice";
import { recordPayment } from "#domain/invoices/issue";
import type { Money } from "#domain/money/money";
import { type Outcome, type Payment, settle } from "#domain/payments/payment";
import { ok, refuse, type Result } from "#domain/result";
import type { PaymentProvider } from "#plugins/payments/contract";
import { saveInvoice } from "#storage/queries/invoices";
import { insertPayment, paymentsOf, savePayment } from "#storage/queries/payments";

export type Charged = { readonly invoice: Invoice; readonly payment: Payment };

type Attempt = {
  readonly invoice: IssuedInvoice;
  readonly provider: PaymentProvider;
  readonly method: string | null;
  readonly amount: Money;
};

/**
 * Takes money for an invoice. The attempt is committed before the provider is called and its id is the idempotency key, so a
 * crash in between leaves an attempt that is asked about again, never a second capture. An open attempt is always finished
 * before another begins.
 */
export async function charge(context: Context, attempt: Attempt): Promise<Result<Charged>> {
  const earlier = await paymentsOf(context.db, context.environment.id, attempt.invoice.id);
  const open = earlier.find(({ status }) => status === "attempted");
  const begun = open === undefined ? await begin(context, attempt, (earlier[0]?.attempt ?? 0) + 1) : ok(open);
  if (!begun.ok) return begun;
  const { id, amount, method } = begun.value;
  const outcome: Outcome = await attempt.provider.charge({
    amount,
    method,
    customer: attempt.invoice.customerId,
    invoice: attempt.invoice.id,
    idempotencyKey: id,
  });
  return finish(context, attempt.invoice, begun.value, outcome);
}

async function begin(context: Context, { invoice, provider, method, amount }: Attempt, number: number): Promise<Result<Payment>> {
  const payment: Payment = {
    id: context.ids.next("payment"),
    invoiceId: invoice.id,
    customerId: invoice.customerId,
    attempt: number,
    provider: provider.name,
    method,
    amount,
    createdAt: context.clock.now(),
    version: 1,
    status: "attempted",
  };
  // The answer to the caller belongs to the outcome, so the stored one is written there.
  return commit(
    { ...context, request: null },
    {
      result: payment,
      events: [
        { stream: `payment/${payment.id}`, version: 1, type: "payment.attempted", data: { payment: payment.id, invoice: invoice.id } },
      ],
      writes: [insertPayment(context.db, context.environment.id, payment)],
      audit: [
        {
          action: "payment.attempt",
          subject: payment.id,
          before: null,
          after: { invoice: invoice.id, amount: amount.amount, provider: provider.name },
        },
      ],
      unfinished: true,
    },
  );
}

async function finish(context: Context, invoice: IssuedInvoice, payment: Payment, outcome: Outcome): Promise<Result<Charged>> {
  if (outcome.status === "unknown")
    return refuse("payment_unknown", `The provider has not said what became of payment ${payment.id}; it will be asked again.`);
  const { db, environment } = context;
  const settled = { ...settle(payment, outcome, context.clock.now()), version: payment.version + 1 };
  const stream = `payment/${payment.id}`;
  const data = { payment: payment.id, invoice: invoice.id };
  if (outcome.status === "failed") {
    return commit(context, {
      result: { invoice, payment: settled },
      events: [{ stream, version: settled.version, type: "payment.failed", data: { ...data, code: outcome.code } }],
      writes: [savePayment(db, environment.id, settled)],
      audit: [
        { action: "payment.fail", subject: payment.id, before: { status: "attempted" }, after: { status: "failed", code: outcome.code } },
      ],
    });
  }
  const recorded = recordPayment(invoice, payment.amount, context.clock.now());
  if (!recorded.ok) return recorded;
  const paid = { ...recorded.value, version: invoice.version + 1 };
  const event: DomainEvent = {
    stream: `invoice/${invoice.id}`,
    version: paid.version,
    type: paid.status === "paid" ? "invoice.paid" : "invoice.partly_paid",
    data: { invoice: invoice.id, customer: invoice.customerId },
  };
  return commit(context, {
    result: { invoice: paid, payment: settled },
    events: [{ stream, version: settled.version, type: "payment.succeeded", data }, event],
    writes: [savePayment(db, environment.id, settled), saveInvoice(db, environment.id, paid)],
    audit: [
      {
        action: "payment.succeed",
        subject: payment.id,
        before: { status: "attempted" },
        after: { status: "succeeded", amount: payment.amount.amount },
      },
    ],
  });
}
