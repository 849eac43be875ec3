import type { Context } from "#actions/context";
import { drainRollups } from "#actions/usage/drain-rollups";
import type { Id } from "#domain/ids";
import type { Database } from "#storage/database";
import { markSwept, unsweptLedgers, type UsageLedger, usageLedgersAfter } from "#storage/queries/usage-ledgers";

/** Ledgers hurry their own rollups; each is asked all the same after so long. */
const SWEEP_AFTER_MS = 6 * 3_600_000;
const LEDGERS_A_TICK = 50;
const LEDGERS_AN_ADVANCE = 200;

export type Sweeper = {
  readonly db: Database;
  readonly wall: number;
  readonly contextOf: (environment: Id<"environment">) => Promise<Context | null>;
  readonly report: (what: string, error: unknown) => void;
};

/** Asks the ledgers that nobody looked at for longest: what a queue lost comes in here. */
export async function sweepRollups({ db, wall, contextOf, report }: Sweeper): Promise<void> {
  const ledgers = await unsweptLedgers(db, wall - SWEEP_AFTER_MS, LEDGERS_A_TICK);
  const swept: UsageLedger[] = [];
  for (const ledger of ledgers) {
    try {
      const context = await contextOf(ledger.environmentId);
      if (context === null || (await drainRollups(context, ledger))) swept.push(ledger);
    } catch (error) {
      // Its turn comes again after the others'.
      swept.push(ledger);
      report("rollups_not_swept", error);
    }
  }
  if (swept.length > 0) await markSwept(db, swept, wall);
}

/** Brings the rollups of a sandbox up to date, where time passes in one call; at most so many ledgers. */
export async function drainAllRollups(context: Context): Promise<void> {
  for (const customerKey of await usageLedgersAfter(context.db, context.environment.id, null, LEDGERS_AN_ADVANCE)) {
    try {
      await drainRollups(context, { customerKey });
    } catch (error) {
      // Derived numbers: the ledger keeps them marked, and time goes on.
      context.report("rollups_not_drained", error);
    }
  }
}
