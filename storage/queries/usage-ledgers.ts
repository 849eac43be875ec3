import { and, asc, eq, gt, lt, sql } from "drizzle-orm";
import type { Id } from "#domain/ids";
import type { Instant } from "#domain/time/instant";
import type { Database, Write } from "#storage/database";
import { usageLedger } from "#storage/schema/usage";

export type UsageLedger = { readonly environmentId: Id<"environment">; readonly customerKey: string };

/** Notes that a ledger has usage. */
export function saveUsageLedger(db: Database, environmentId: Id<"environment">, customerKey: string, firstAt: Instant): Write {
  return db.insert(usageLedger).values({ environmentId, customerKey, firstAt, sweptAt: 0 }).onConflictDoNothing();
}

export async function hasUsageLedger(db: Database, environmentId: Id<"environment">, customerKey: string): Promise<boolean> {
  const rows = await db
    .select({ sweptAt: usageLedger.sweptAt })
    .from(usageLedger)
    .where(and(eq(usageLedger.environmentId, environmentId), eq(usageLedger.customerKey, customerKey)))
    .limit(1);
  return rows.length === 1;
}

/** Ledgers of all environments that nobody looked at since, longest ago first. */
export async function unsweptLedgers(db: Database, since: Instant, limit: number): Promise<UsageLedger[]> {
  return await db
    .select({ environmentId: usageLedger.environmentId, customerKey: usageLedger.customerKey })
    .from(usageLedger)
    .where(lt(usageLedger.sweptAt, since))
    .orderBy(asc(usageLedger.sweptAt))
    .limit(limit);
}

/** Ledgers of one environment by key, after one. */
export async function usageLedgersAfter(
  db: Database,
  environmentId: Id<"environment">,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .select({ customerKey: usageLedger.customerKey })
    .from(usageLedger)
    .where(and(eq(usageLedger.environmentId, environmentId), after === null ? undefined : gt(usageLedger.customerKey, after)))
    .orderBy(asc(usageLedger.customerKey))
    .limit(limit);
  return rows.map(({ customerKey }) => customerKey);
}

/** Writes down that these ledgers were looked at, in one statement. */
export async function markSwept(db: Database, ledgers: readonly UsageLedger[], wall: Instant): Promise<void> {
  const names = JSON.stringify(ledgers.map(({ environmentId, customerKey }) => [environmentId, customerKey]));
  await db
    .update(usageLedger)
    .set({ sweptAt: wall })
    .where(sql`(${usageLedger.environmentId}, ${usageLedger.customerKey}) in (select value ->> 0, value ->> 1 from json_each(${names}))`);
}
