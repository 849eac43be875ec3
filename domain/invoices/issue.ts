import type { DraftInvoice, Invoice, IssuedInvoice, PaidInvoice, Party, Seller, VoidInvoice } from "#domain/invoices/invoice";
import { minus, type Money, plus, zero } from "#domain/money/money";
import { ok, refuse, refuseField, type Result } from "#domain/result";
import type { Instant } from "#domain/time/instant";

export type IssueFacts = { readonly number: string; readonly at: Instant; readonly buyer: Party; readonly seller: Seller };

/** Numbers an invoice and copies both parties in. From here on it never changes; what follows are new documents. */
export function issue(
  draft: DraftInvoice,
  { number, at, buyer, seller }: IssueFacts,
): Result<IssuedInvoice | PaidInvoice, "empty" | "negative_total"> {
  if (draft.lines.length === 0) return refuse("empty", "There is nothing to bill.");
  if (draft.total.amount < 0n) return refuse("negative_total", "The credits exceed the charges; they wait for the next invoice.");
  const { issueAt: _, status: __, ...facts } = draft;
  const issued = { ...facts, number, issuedAt: at, buyer, seller, amountPaid: zero(draft.currency) };
  return ok(draft.total.amount === 0n ? { ...issued, status: "paid", paidAt: at } : { ...issued, status: "issued" });
}

export function amountDue(invoice: Invoice): Money {
  switch (invoice.status) {
    case "draft":
      return invoice.total;
    case "issued":
    case "paid":
      return minus(invoice.total, invoice.amountPaid);
    case "void":
      return zero(invoice.currency);
  }
}

/** Takes money for an issued invoice. What is more than due is refused, never swallowed. */
export function recordPayment(
  invoice: Invoice,
  amount: Money,
  at: Instant,
): Result<IssuedInvoice | PaidInvoice, "not_payable" | "invalid_amount" | "overpayment" | "currency_mismatch"> {
  if (invoice.status !== "issued") return refuse("not_payable", `The invoice is ${invoice.status}.`);
  if (amount.currency !== invoice.currency) return refuse("currency_mismatch", `The invoice is in ${invoice.currency}.`);
  const due = amountDue(invoice);
  if (amount.amount <= 0n) return refuseField("invalid_amount", "/amount", "A payment is more than nothing.");
  if (amount.amount > due.amount)
    return refuseField("overpayment", "/amount", `The amount due is ${due.amount} ${due.currency} in minor units.`);
  const amountPaid = plus(invoice.amountPaid, amount);
  return ok(
    amountPaid.amount === invoice.total.amount ? { ...invoice, status: "paid", amountPaid, paidAt: at } : { ...invoice, amountPaid },
  );
}

/** Takes an issued invoice back while nothing is paid. Its number stays used; its lines should exist again. */
export function voidInvoice(invoice: Invoice, at: Instant): Result<VoidInvoice, "not_voidable"> {
  if (invoice.status !== "issued" || invoice.amountPaid.amount !== 0n) {
    return refuse("not_voidable", "Only an issued invoice without a payment can be voided.");
  }
  return ok({ ...invoice, status: "void", voidedAt: at });
}
