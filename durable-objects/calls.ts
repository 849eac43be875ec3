import type { Entitlement, Feature } from "#domain/catalog/feature";
import type { CheckDecision, EntitlementState } from "#domain/entitlements/check-entitlement";
import type { UsageEvent } from "#domain/metering/usage-event";
import type { Meter } from "#domain/catalog/meter";
import type { Id } from "#domain/ids";
import type { StoredPlanVersion } from "#domain/catalog/stored-terms";
import type { StoredLine } from "#domain/invoices/stored-line";
import type { Subscription } from "#domain/subscriptions/subscription";
import type { Instant } from "#domain/time/instant";
import type {
  ArchivePage,
  ArchiveTotals,
  BackfillAnswer,
  BackfillSpec,
  CloseBackfillCall,
  CorrectAnswer,
  CorrectCall,
  FindEventAnswer,
  FindEventCall,
  GroupCount,
  HourRollup,
  ListEventsAnswer,
  ListEventsCall,
  LogMonth,
  MeterQueryAnswer,
  MeterQueryCall,
  RevertBackfillCall,
  SettledHour,
  Unmatched,
  UsageEffect,
} from "#objects/usage-calls";

/**
 * What may be said to a customer's ledger, as plain data. Every call carries `now` (the ledger uses the later of its last
 * and this one) and `catalogVersion`; a ledger that knows an older catalog answers `catalog_needed` and the caller repeats
 * the call with the catalog attached. So the object never reads D1, and a warm call is one hop.
 */
export type Call = { readonly now: Instant; readonly catalogVersion: number; readonly catalog?: Catalog };

export type CatalogNeeded = { readonly kind: "catalog_needed" };

/** The part of the catalog every ledger of an environment shares. */
export type Catalog = { readonly version: number; readonly meters: readonly Meter[]; readonly features: readonly Feature[] };

/**
 * What a subscription means to the ledger: where its usage counts, what it entitles to per plan version, and what was billed
 * of it, so that the bill so far is the invoice's own function here too.
 */
export type SubscriptionContract = Subscription & {
  readonly billed: readonly StoredLine[];
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
  readonly planVersions: readonly StoredPlanVersion[];
};

/** With `backfill`, the events are staged under it. A preview counts, looks and takes it back. */
export type RecordCall = Call & {
  readonly events: readonly UsageEvent[];
  readonly backfill?: BackfillSpec;
  readonly preview?: boolean;
};

export type EventResult =
  | {
      readonly status: "accepted";
      readonly unmatched?: Unmatched;
      readonly problems?: readonly ValueProblem[];
      readonly subscription?: string;
    }
  | { readonly status: "duplicate"; readonly subscription?: string }
  | { readonly status: "conflict"; readonly code: "event_conflict" }
  | { readonly status: "rejected"; readonly code: string; readonly detail: string; readonly path: string };

/** Results stand in the order of the events. `factsWaiting`: the ledger has something to tell D1. */
export type RecordAnswer =
  | CatalogNeeded
  | {
      readonly kind: "recorded";
      readonly results: readonly EventResult[];
      readonly factsWaiting: boolean;
      readonly effects?: readonly UsageEffect[];
    };

/** A meter that could not read an event's value: the event is kept, and counted when it is amended. */
export type ValueProblem = { readonly meter: string; readonly code: string; readonly detail: string };

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

/** A fact the ledger must tell D1; kept in its outbox until the consumer says it is settled. */
export type LedgerFact =
  | {
      readonly sequence: number;
      readonly type: "usage.unmatched";
      readonly reason: Unmatched;
      readonly eventType: string;
      readonly count: number;
      readonly firstAt: Instant;
      readonly lastAt: Instant;
    }
  | { readonly sequence: number; readonly type: "usage.late"; readonly subscription: Id<"subscription">; readonly windowStart: Instant }
  | {
      readonly sequence: number;
      readonly type: "usage.type_seen";
      readonly eventType: string;
      /** Kinds of the properties' values, by name: `number`, `text`, `boolean`, `object`, `list`, `null`. */
      readonly properties: Readonly<Record<string, readonly string[]>>;
      readonly at: Instant;
    };

/** An answer now, or the promise of one: the object answers at once, its stub later. */
type Soon<T> = T | Promise<T>;

/** The customer's ledger, as its callers see it. Every method may be repeated without harm. */
export interface LedgerCalls {
  record(call: RecordCall): Soon<RecordAnswer>;
  check(call: CheckCall): Soon<CheckAnswer>;
  entitlements(call: Call): Soon<EntitlementsAnswer>;
  usage(call: UsageCall): Soon<UsageAnswer>;
  freeze(call: FreezeCall): Soon<UsageAnswer>;
  queryMeter(call: MeterQueryCall): Soon<MeterQueryAnswer>;
  groupCounts(): Soon<readonly GroupCount[]>;
  listEvents(call: ListEventsCall): Soon<ListEventsAnswer>;
  findEvent(call: FindEventCall): Soon<FindEventAnswer>;
  correct(call: CorrectCall): Soon<CorrectAnswer>;
  closeBackfill(call: CloseBackfillCall): Soon<BackfillAnswer>;
  revertBackfill(call: RevertBackfillCall): Soon<BackfillAnswer>;
  /** Takes a newer contract; answers the version now held. */
  provision(call: { readonly now: Instant; readonly contract: Contract }): Soon<{ readonly version: number }>;
  facts(): Soon<readonly LedgerFact[]>;
  settleFacts(through: number): Soon<void>;
  /** Hours that D1 has not heard of, oldest change first. */
  dirtyRollups(call: { readonly limit: number }): Soon<readonly HourRollup[]>;
  settleRollups(call: { readonly hours: readonly SettledHour[] }): Soon<void>;
  /** Marks every hour there is, so that D1 can be filled from nothing. */
  rebuildRollups(): Soon<{ readonly hours: number }>;
  logMonths(call: { readonly now: Instant }): Soon<readonly LogMonth[]>;
  /** Some rows of a month as NDJSON lines, in order; `after` is the `next` of the page before, 0 at first. */
  archivePage(call: { readonly month: string; readonly after: number }): Soon<ArchivePage>;
  /** Forgets the raw events of a month that was archived, if these totals are its own. */
  prune(call: { readonly now: Instant; readonly month: string; readonly totals: ArchiveTotals }): Soon<{ readonly pruned: boolean }>;
  /** Brings archived lines back, page by page; `last` closes the month again. Counters do not change. */
  restore(call: { readonly month: string; readonly lines: readonly string[]; readonly last: boolean }): Soon<void>;
}
