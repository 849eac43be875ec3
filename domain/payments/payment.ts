import type { Id } from "#domain/ids";
import type { Money } from "#domain/money/money";
import type { Instant } from "#domain/time/instant";

/** One attempt to take money for an invoice. `attempted` is written before the provider is asked. */
export type Payment = {
  readonly id: Id<"payment">;
  readonly invoiceId: Id<"invoice">;
  readonly customerId: Id<"customer">;
  readonly attempt: number;
  readonly provider: string;
  readonly method: string | null;
  readonly amount: Money;
  readonly createdAt: Instant;
  readonly version: number;
} & (
  | { readonly status: "attempted" }
  | { readonly status: "succeeded"; readonly reference: string | null; readonly settledAt: Instant }
  | { readonly status: "failed"; readonly failureCode: string; readonly reference: string | null; readonly settledAt: Instant }
);

/** What is known of an attempt now. A provider that does not know yet leaves it as it is. */
export type Outcome =
  | { readonly status: "succeeded"; readonly reference: string | null }
  | { readonly status: "failed"; readonly code: string; readonly reference: string | null }
  | { readonly status: "unknown"; readonly reason: string };

/** Settles an attempt. News about a settled one, late or repeated, never moves it. */
export function settle(payment: Payment, outcome: Outcome, at: Instant): Payment {
  if (payment.status !== "attempted" || outcome.status === "unknown") return payment;
  if (outcome.status === "succeeded") return { ...payment, status: "succeeded", reference: outcome.reference, settledAt: at };
  return { ...payment, status: "failed", failureCode: outcome.code, reference: outcome.reference, settledAt: at };
}
