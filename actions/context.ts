import type { Id, IdKind } from "#domain/ids";
import type { Actor } from "#domain/tenancy/actor";
import type { Environment } from "#domain/tenancy/environment";
import type { Instant } from "#domain/time/instant";
import type { Due } from "#domain/due";
import type { LedgerCalls } from "#objects/calls";
import type { Database } from "#storage/database";
import type { AnswerScope } from "#storage/schema/tenancy";

/** `now` is the environment's business time (a sandbox clock stands still); `wall` is for technical lifetimes only. */
export type Clock = { readonly now: () => Instant; readonly wall: () => Instant };

/** The clock of an environment: a sandbox stands where it was last put. */
export function clockOf(environment: Environment, wall: () => Instant): Clock {
  return { now: () => environment.clockAt ?? wall(), wall };
}

export type Ids = { next<Kind extends IdKind>(kind: Kind): Id<Kind> };

/** A new API key: shown once, stored as its hash. */
export type NewSecret = { readonly secret: string; readonly hash: string; readonly lastFour: string };

/** A customer's ledger by key. `region` is a location hint for the first touch. */
export type Ledgers = (customerKey: string, region?: string | null) => LedgerCalls;

/** File storage. A put replaces what is there; what is not there is null. */
export type Files = {
  readonly put: (key: string, content: Uint8Array, contentType: string) => Promise<void>;
  readonly get: (key: string) => Promise<Uint8Array | null>;
};

/** The `Idempotency-Key` of the request, and how its result is answered on the wire, so that the answer commits with the effect. */
export type IdempotentRequest = {
  readonly scope: AnswerScope;
  readonly route: string;
  readonly key: string;
  readonly requestHash: string;
  readonly answer: (result: unknown) => { readonly status: number; readonly body: string };
};

/** The outbox or due row that this action answers; its commit deletes the row, so it is done exactly when the effect is. */
export type Handling = { readonly outbox: Id<"outbox"> } | { readonly due: Due };

/** Everything an action may touch. Built by the ways in (route, queue, cron, clock); an action never reads a global. */
export type Context = {
  readonly environment: Environment;
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly newSecret: (kind: Environment["kind"]) => NewSecret;
  readonly ledgers: Ledgers;
  readonly files: Files;
  readonly actor: Actor;
  readonly requestId: string;
  readonly request: IdempotentRequest | null;
  readonly handling: Handling | null;
  /** True: load and decide as ever, but commit nothing. */
  readonly preview: boolean;
  /** Writes down a failure that is repaired elsewhere, so that it is seen. */
  readonly report: (what: string, error: unknown) => void;
  /** Tells the relay that these outbox rows wait. A hint only: the sweeper finds what it loses. */
  readonly hurry: (rows: readonly Id<"outbox">[]) => void;
};
