import type { Id } from "#domain/ids";
import type { Money } from "#domain/money/money";
import type { Period } from "#domain/time/period";

/** What one tier or package step contributed; amounts exact, in major units, so a reader can add the line up by hand. */
export type LineStep = { readonly label: string; readonly quantity: string; readonly unitAmount: string; readonly amount: string };

/**
 * One line the engine made. `charge` and `credit` bill a licensed price for a stretch of its period; `usage` bills a meter;
 * a credit names the charge it takes back. When that charge is voided, the credit is taken back by a charge of the same name. The key (subscription, price, group, segment, purpose, sequence) is unique for ever.
 */
export type Line = {
  readonly subscriptionId: Id<"subscription">;
  readonly planVersion: Id<"plan_version">;
  readonly price: string;
  readonly kind: "flat" | "seat" | "usage";
  readonly purpose: "charge" | "credit" | "usage";
  readonly description: string;
  /** The service period this line pays for: whole local days for licensed prices, exact instants for usage. */
  readonly period: Period;
  readonly quantity: string;
  readonly unitAmount: string | null;
  readonly steps: readonly LineStep[];
  readonly amount: Money;
  readonly sequence: number;
  /** The sequence and period of the charge with the same price and plan version that a credit reverses; null for other lines. */
  readonly reverses: { readonly period: Period; readonly sequence: number } | null;
};
