import type { Id } from "#domain/ids";
import type { Currency } from "#domain/money/currency";
import type { Zone } from "#domain/time/zone";

export type Address = {
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly postalCode: string | null;
  readonly state: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
};

/** Who pays. `key` is immutable and names the customer's ledger object; it defaults to the id. */
export type Customer = {
  readonly id: Id<"customer">;
  readonly key: string;
  readonly name: string;
  readonly email: string | null;
  readonly currency: Currency | null;
  readonly timeZone: Zone;
  /** A Durable Object location hint; decides on first touch where the ledger lives. */
  readonly region: string | null;
  readonly billingAddress: Address | null;
  /** Raised by every commit that changes what the ledger must know. */
  readonly contractVersion: number;
  readonly version: number;
};

/** The name of a customer's ledger object. The only place it is built: the environment always leads. */
export function ledgerName(environment: Id<"environment">, customerKey: string): string {
  return `${environment}:${customerKey}`;
}
