import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { present } from "#domain/assert";
import type { DomainEvent } from "#domain/events";
import type { Invoice, IssuedInvoice } from "#domain/invoices/invoice";
import { recordPayment } from "#domain/invoices/issue";
import type { Money } from "#domain/money/money";
import { type Outcome, type Payment, settle } from "#domain/payments/payment";
import { ok, refuse, type Result } from "#domain/result";
import type { PaymentProvider } from "#plugins/payments/contract";
import { paymentProvider } from "#plugins/payments/registry";
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
 * crash in between leaves an attempt that is asked about again, never a second capture. One attempt is open at a time.
 */
export async function charge(context: Context, attempt: Attempt): Promise<Result<Charged>> {
  const earlier = await paymentsOf(context.db, context.environment.id, attempt.invoice.id);
  const open = earlier.find(({ status }) => status === "attempted");
  if (open !== undefined && !isSame(open, attempt)) return settleFirst(context, attempt.invoice, open);
  const begun =
    open === undefined ? await begin(context, attempt, (earlier[0]?.attempt ?? 0) + 1) : ok({ invoice: attempt.invoice, payment: open });
  if (!begun.ok) return begun;
  const { invoice, payment } = begun.value;
  return finish(context, invoice, payment, await ask(attempt.provider, payment));
}

function isSame(open: Payment, { provider, method, amount }: Attempt): boolean {
  return open.provider === provider.name && open.method === method && open.amount.amount === amount.amount;
}

/** Another's open attempt may have taken money: its own provider says so before anything else is decided. */
async function settleFirst(context: Context, invoice: IssuedInvoice, open: Payment): Promise<Result<never>> {
  const provider = present(paymentProvider(context.environment.kind, open.provider), `provider ${open.provider}`);
  const settled = await finish({ ...context, request: null, handling: null }, invoice, open, await ask(provider, open));
  return settled.ok ? refuse("conflict", "Another payment of this invoice was settled first. Yours was not begun; try again.") : settled;
}

function ask(provider: PaymentProvider, { id, amount, method, customerId, invoiceId }: Payment): Promise<Outcome> {
  return provider.charge({ amount, method, customer: customerId, invoice: invoiceId, idempotencyKey: id });
}

type Begun = { readonly invoice: IssuedInvoice; readonly payment: Payment };

/** The fact stands on the invoice's stream: who pays or voids it at the same moment loses, looks again and sees the attempt. */
async function begin(context: Context, { invoice, provider, method, amount }: Attempt, number: number): Promise<Result<Begun>> {
  const { db, environment } = context;
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
  const locked = { ...invoice, version: invoice.version + 1 };
  // The answer to the caller belongs to the outcome, so the stored one is written there.
  return commit(
    { ...context, request: null },
    {
      result: { invoice: locked, payment },
      events: [
        {
          stream: `invoice/${invoice.id}`,
          version: locked.version,
          type: "payment.attempted",
          data: { payment: payment.id, invoice: invoice.id },
        },
      ],
      writes: [insertPayment(db, environment.id, payment), saveInvoice(db, environment.id, locked)],
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
