import type { Id } from "#domain/ids";
import type { Money } from "#domain/money/money";

/** What a provider is asked: `idempotencyKey` is the attempt's id, so a repeated call can never capture twice. */
export type ChargeRequest = {
  readonly amount: Money;
  readonly customer: Id<"customer">;
  readonly invoice: Id<"invoice">;
  readonly idempotencyKey: Id<"payment">;
  /** How the payer pays, in the provider's words; null lets the provider choose its default. */
  readonly method: string | null;
};

/** A timeout or a lost answer is `unknown`, never `failed`: only the provider's truth may settle it. */
export type ChargeResult =
  | { readonly status: "succeeded"; readonly reference: string }
  | { readonly status: "failed"; readonly code: string; readonly reference: string | null }
  | { readonly status: "unknown"; readonly reason: string };

/** A way money arrives. `collects` says whether the platform may charge by itself when an invoice is issued. */
export type PaymentProvider = {
  readonly name: string;
  readonly collects: boolean;
  charge(request: ChargeRequest): Promise<ChargeResult>;
};
