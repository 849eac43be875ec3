import type { FactOutbox } from "#objects/fact-outbox";
import type { FrozenWindows } from "#objects/frozen-windows";
import type { LedgerState } from "#objects/ledger-state";
import type { Backfills } from "#objects/log/backfills";
import type { Corrections } from "#objects/log/corrections";
import type { EventLog } from "#objects/log/event-log";
import type { Standing } from "#objects/log/standing";
import type { Rollups } from "#objects/rollups";
import type { SeenTypes } from "#objects/seen-types";
import type { Tally } from "#objects/tally/tally";

/** What the verbs of a ledger share: one of each per object. */
export type LedgerParts = {
  readonly sql: SqlStorage;
  readonly state: LedgerState;
  readonly log: EventLog;
  readonly corrections: Corrections;
  readonly backfills: Backfills;
  readonly standing: Standing;
  readonly tally: Tally;
  readonly frozen: FrozenWindows;
  readonly rollups: Rollups;
  readonly seen: SeenTypes;
  readonly facts: FactOutbox;
};
