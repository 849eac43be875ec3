import type { Context } from "#actions/context";
import type { Write } from "#storage/database";
import { saveRollups } from "#storage/queries/usage-rollups";

const HOURS_A_PAGE = 50;
const PAGES = 40;

/**
 * Writes the hours of a ledger that changed into D1. Absolute and versioned, so doing it twice or in another order changes
 * nothing; an hour that changes meanwhile is told again. True when nothing is left.
 */
export async function drainRollups(context: Context, { customerKey }: { readonly customerKey: string }): Promise<boolean> {
  const { db, environment } = context;
  const ledger = context.ledgers(customerKey);
  for (let pages = 0; pages < PAGES; pages++) {
    const hours = await ledger.dirtyRollups({ limit: HOURS_A_PAGE });
    if (hours.length === 0) return true;
    const [first, ...rest] = saveRollups(db, environment.id, customerKey, hours);
    if (first !== undefined) await db.batch([first, ...rest] as [Write, ...Write[]]);
    await ledger.settleRollups({ hours: hours.map(({ meter, hour, version }) => ({ meter, hour, version })) });
  }
  return false;
}
