import type { Id } from "#domain/ids";
import type { Currency } from "#domain/money/currency";
import type { Cadence } from "#domain/time/cadence";
import type { Instant } from "#domain/time/instant";
import type { Zone } from "#domain/time/zone";

/**
 * The terms in force from one instant until the next revision. Revisions are never edited: the list *is* the history that
 * every bill is computed from. `quantities` holds decimal texts by price key (seats).
 */
export type Revision = {
  readonly from: Instant;
  readonly planVersion: Id<"plan_version">;
  readonly quantities: Readonly<Record<string, string>>;
  readonly cadence: Cadence;
};

/**
 * A customer's agreement to a plan.
 *
 * `billedThrough`: the latest billing moment a draft was asked for. `unsettledFrom`: nothing before it can still change what
 * should have been billed, so the engine recomputes from there and reads no older line.
 */
export type Subscription = {
  readonly id: Id<"subscription">;
  readonly customerId: Id<"customer">;
  readonly customerKey: string;
  readonly status: "scheduled" | "active" | "canceled";
  readonly currency: Currency;
  readonly zone: Zone;
  readonly startAt: Instant;
  /** When billing and access end; null while open. */
  readonly endAt: Instant | null;
  readonly revisions: readonly [Revision, ...Revision[]];
  readonly billedThrough: Instant;
  readonly unsettledFrom: Instant;
  readonly version: number;
};
