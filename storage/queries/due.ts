import { and, asc, eq, isNull, lte } from "drizzle-orm";
import { type Due, type DueKind } from "#domain/due";
import type { Id } from "#domain/ids";
import type { Instant } from "#domain/time/instant";
import type { Database, Write } from "#storage/database";
import { due } from "#storage/schema/events";
import { environment } from "#storage/schema/tenancy";

export type DueRow = Due & { readonly environmentId: Id<"environment">; readonly attempts: number };

const readDue = (row: typeof due.$inferSelect): DueRow => ({
  environmentId: row.environmentId,
  at: row.dueAt,
  kind: row.kind as DueKind,
  subject: row.subject,
  attempts: row.attempts,
});

/** The first row of an environment due by an instant, in the order it must be acted on. */
export async function nextDue(db: Database, environmentId: Id<"environment">, by: Instant): Promise<DueRow | null> {
  const [row] = await db
    .select()
    .from(due)
    .where(and(eq(due.environmentId, environmentId), isNull(due.parkedAt), lte(due.dueAt, by)))
    .orderBy(asc(due.dueAt), asc(due.kind), asc(due.subject))
    .limit(1);
  return row === undefined ? null : readDue(row);
}

/** A page of what is due in all live environments. */
export async function dueInLive(db: Database, by: Instant, limit: number): Promise<DueRow[]> {
  const rows = await db
    .select({ due })
    .from(due)
    .innerJoin(environment, and(eq(environment.id, due.environmentId), eq(environment.kind, "live")))
    .where(and(isNull(due.parkedAt), lte(due.dueAt, by)))
    .orderBy(asc(due.dueAt), asc(due.kind), asc(due.subject))
    .limit(limit);
  return rows.map((row) => readDue(row.due));
}

export async function saveDueFailure(
  db: Database,
  row: DueRow,
  failure: { attempts: number; lastError: string; parkedAt: Instant | null },
): Promise<void> {
  await db.update(due).set(failure).where(at(row));
}

/** When a due row was parked; null when it is not. */
export async function parkedSince(db: Database, row: Omit<DueRow, "attempts">): Promise<Instant | null> {
  const [found] = await db.select({ parkedAt: due.parkedAt }).from(due).where(at(row)).limit(1);
  return found?.parkedAt ?? null;
}

/** Gives a parked row its tries back. */
export function unpark(db: Database, row: Omit<DueRow, "attempts">): Write {
  return db.update(due).set({ parkedAt: null, attempts: 0 }).where(at(row));
}

function at(row: Omit<DueRow, "attempts">) {
  return and(eq(due.environmentId, row.environmentId), eq(due.dueAt, row.at), eq(due.kind, row.kind), eq(due.subject, row.subject));
}
