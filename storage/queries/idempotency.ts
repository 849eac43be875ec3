import { and, eq, lt } from "drizzle-orm";
import type { Id } from "#domain/ids";
import type { Instant } from "#domain/time/instant";
import type { Database } from "#storage/database";
import { idempotency } from "#storage/schema/tenancy";

export type StoredAnswer = { readonly requestHash: string; readonly status: number; readonly body: string };

export async function findAnswer(db: Database, environmentId: Id<"environment">, route: string, key: string): Promise<StoredAnswer | null> {
  const [row] = await db
    .select({ requestHash: idempotency.requestHash, status: idempotency.status, body: idempotency.body })
    .from(idempotency)
    .where(and(eq(idempotency.environmentId, environmentId), eq(idempotency.route, route), eq(idempotency.key, key)))
    .limit(1);
  return row ?? null;
}

/** Forgets answers past their lifetime. */
export async function pruneAnswers(db: Database, wall: Instant): Promise<void> {
  await db.delete(idempotency).where(lt(idempotency.expiresAt, wall));
}
