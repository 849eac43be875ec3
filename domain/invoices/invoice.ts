import type { Address } from "#domain/customers/customer";
import type { Id } from "#domain/ids";
import type { Line } from "#domain/invoices/line";
import type { Currency } from "#domain/money/currency";
import type { Money } from "#domain/money/money";
import type { CalendarDate } from "#domain/time/calendar-date";
import type { Instant } from "#domain/time/instant";
import { localDate, type Zone } from "#domain/time/zone";

/** Buyer or seller as they were when the invoice was issued. */
export type Party = { readonly name: string; readonly email: string | null; readonly address: Address | null };

/** The zone of the seller's books says on which day, and so in which year, it issued an invoice. */
export type Seller = Party & { readonly zone: Zone };

type InvoiceFacts = {
  readonly id: Id<"invoice">;
  readonly customerId: Id<"customer">;
  readonly customerKey: string;
  readonly subscriptionId: Id<"subscription">;
  readonly billingEntityId: Id<"billing_entity">;
  readonly currency: Currency;
  readonly zone: Zone;
  /** The billing moment: everything due at or before it belongs to this invoice. */
  readonly asOf: Instant;
  readonly lines: readonly Line[];
  readonly total: Money;
  readonly version: number;
};

/** Facts that exist from issue on and never change. */
type IssuedFacts = { readonly number: string; readonly issuedAt: Instant; readonly buyer: Party; readonly seller: Seller };

/** `issueAt`: when its grace ends. A draft that would pay the customer waits beyond it. */
export type DraftInvoice = InvoiceFacts & { readonly status: "draft"; readonly issueAt: Instant };
export type IssuedInvoice = InvoiceFacts & IssuedFacts & { readonly status: "issued"; readonly amountPaid: Money };
export type PaidInvoice = InvoiceFacts & IssuedFacts & { readonly status: "paid"; readonly amountPaid: Money; readonly paidAt: Instant };
export type VoidInvoice = InvoiceFacts & IssuedFacts & { readonly status: "void"; readonly amountPaid: Money; readonly voidedAt: Instant };

/** The impossible cannot be written: only an issued invoice has a number, only a paid one a payment date. */
export type Invoice = DraftInvoice | IssuedInvoice | PaidInvoice | VoidInvoice;

/** The issue date, whose year is in the number: one day for text, page and number. */
export function issuedOn({ issuedAt, seller }: Pick<IssuedFacts, "issuedAt" | "seller">): CalendarDate {
  return localDate(issuedAt, seller.zone);
}
