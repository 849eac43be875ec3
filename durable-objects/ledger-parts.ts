import { FactOutbox } from "#objects/fact-outbox";
import { FrozenWindows } from "#objects/frozen-windows";
import { LedgerState } from "#objects/ledger-state";
import { Backfills } from "#objects/log/backfills";
import { Corrections } from "#objects/log/corrections";
import { EventLog } from "#objects/log/event-log";
import { Standing } from "#objects/log/standing";
import { Rollups } from "#objects/rollups";
import { SeenTypes } from "#objects/seen-types";
import { MOST_DISTINCT } from "#objects/tally/member-cell";
import { Tally } from "#objects/tally/tally";

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

/** The parts of the ledger that is kept in this storage; a total keeps at most so many distinct values exactly. */
export function newLedgerParts(sql: SqlStorage, mostDistinct = MOST_DISTINCT): LedgerParts {
  const state = new LedgerState(sql);
  const facts = new FactOutbox(sql);
  const corrections = new Corrections(sql);
  const backfills = new Backfills(sql);
  return {
    sql,
    state,
    log: new EventLog(sql),
    corrections,
    backfills,
    standing: new Standing(corrections, backfills),
    tally: new Tally(sql, () => state.newCounter(), mostDistinct),
    frozen: new FrozenWindows(sql),
    rollups: new Rollups(sql),
    seen: new SeenTypes(sql, facts),
    facts,
  };
}
