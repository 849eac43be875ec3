import type { Entitlement, Feature } from "#domain/catalog/feature";
import type { CheckDecision, EntitlementState } from "#domain/entitlements/check-entitlement";
import type { UsageEvent } from "#domain/metering/usage-event";
import type { Meter } from "#domain/catalog/meter";
import type { Id } from "#domain/ids";
import type { Timeline } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";

/**
 * What may be said to a customer's ledger, as plain data. Every call carries `now` (the ledger uses the later of its last
 * and this one) and `catalogVersion`; a ledger that knows an older catalog answers `catalog_needed` and the caller repeats
 * the call with the catalog attached. So the object never reads D1, and a warm call is one hop.
 */
type Call = { readonly now: Instant; readonly catalogVersion: number; readonly catalog?: Catalog };

export type CatalogNeeded = { readonly kind: "catalog_needed" };

/** The part of the catalog every ledger of an environment shares. */
export type Catalog = { readonly version: number; readonly meters: readonly Meter[]; readonly features: readonly Feature[] };

/** What a subscription means to the ledger: where its usage counts and what it entitles to, per plan version. */
export type SubscriptionContract = Timeline & {
  readonly id: Id<"subscription">;
  readonly terms: Readonly<
    Record<
      string,
      { readonly usagePrices: readonly { readonly key: string; readonly meter: string }[]; readonly entitlements: readonly Entitlement[] }
    >
  >;
};

/** Compiled after each commit that touches the customer; a version not newer than the known one is ignored. */
export type Contract = {
  readonly version: number;
  readonly customer: Id<"customer">;
  readonly customerKey: string;
  readonly environment: Id<"environment">;
  readonly subscriptions: readonly SubscriptionContract[];
};

export type RecordCall = Call & { readonly events: readonly UsageEvent[] };

export type EventResult =
  | { readonly status: "accepted"; readonly unmatched?: "customer" | "type"; readonly subscription?: string }
  | { readonly status: "duplicate"; readonly subscription?: string }
  | { readonly status: "conflict"; readonly code: "event_conflict" }
  | { readonly status: "rejected"; readonly code: string; readonly detail: string; readonly path: string };

/** Results stand in the order of the events. `factsWaiting`: the ledger has something to tell D1. */
export type RecordAnswer =
  | CatalogNeeded
  | { readonly kind: "recorded"; readonly results: readonly EventResult[]; readonly factsWaiting: boolean };

export type CheckCall = Call & { readonly feature: string; readonly quantity: string };

export type CheckAnswer = CatalogNeeded | { readonly kind: "decided"; readonly decision: CheckDecision };

export type EntitlementsAnswer =
  | CatalogNeeded
  | { readonly kind: "entitlements"; readonly states: readonly EntitlementState[]; readonly asOf: Instant };

/** A window of one meter whose quantity an invoice line needs; `start` is the start of a usage window (`usageWindow`). */
export type UsageKey = { readonly subscription: Id<"subscription">; readonly meter: string; readonly start: Instant };

export type UsageCall = Call & { readonly keys: readonly UsageKey[] };

/** Decimal texts, in the order of the keys; "0" where nothing was counted. */
export type UsageAnswer = CatalogNeeded | { readonly kind: "usage"; readonly quantities: readonly string[] };

/** Fixes the quantities an invoice is issued with. The same invoice id gets the same numbers for ever. */
export type FreezeCall = UsageCall & { readonly invoice: Id<"invoice"> };

/** Totals of one meter in equal steps from `from` to `to`; `boundaries` are the instants that cut it (first is `from`, last is `to`). */
export type MeterQueryCall = Call & { readonly meter: string; readonly boundaries: readonly Instant[] };
export type MeterQueryAnswer = CatalogNeeded | { readonly kind: "windows"; readonly values: readonly string[] };

/** A fact the ledger must tell D1; kept in its outbox until the consumer says it is settled. */
export type LedgerFact =
  | {
      readonly sequence: number;
      readonly type: "usage.unmatched";
      readonly reason: "customer" | "type";
      readonly eventType: string;
      readonly count: number;
      readonly firstAt: Instant;
      readonly lastAt: Instant;
    }
  | { readonly sequence: number; readonly type: "usage.late"; readonly subscription: Id<"subscription">; readonly windowStart: Instant };

/** The customer's ledger, as its callers see it. Every method may be repeated without harm. */
export interface LedgerCalls {
  record(call: RecordCall): RecordAnswer | Promise<RecordAnswer>;
  check(call: CheckCall): CheckAnswer | Promise<CheckAnswer>;
  entitlements(call: Call): EntitlementsAnswer | Promise<EntitlementsAnswer>;
  usage(call: UsageCall): UsageAnswer | Promise<UsageAnswer>;
  freeze(call: FreezeCall): UsageAnswer | Promise<UsageAnswer>;
  queryMeter(call: MeterQueryCall): MeterQueryAnswer | Promise<MeterQueryAnswer>;
  /** Takes a newer contract; answers the version now held. */
  provision(call: {
    readonly now: Instant;
    readonly contract: Contract;
  }): { readonly version: number } | Promise<{ readonly version: number }>;
  facts(): readonly LedgerFact[] | Promise<readonly LedgerFact[]>;
  settleFacts(through: number): void | Promise<void>;
}
