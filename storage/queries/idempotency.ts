import { and, eq, lt } from "drizzle-orm";
import type { Instant } from "#domain/time/instant";
import type { Database } from "#storage/database";
import { type AnswerScope, idempotency } from "#storage/schema/tenancy";

export type StoredAnswer = { readonly requestHash: string; readonly status: number; readonly body: string };

type Place = { readonly scope: AnswerScope; readonly route: string; readonly key: string };

export async function findAnswer(db: Database, { scope, route, key }: Place): Promise<StoredAnswer | null> {
  const [row] = await db
    .select({ requestHash: idempotency.requestHash, status: idempotency.status, body: idempotency.body })
    .from(idempotency)
    .where(and(eq(idempotency.scope, scope), eq(idempotency.route, route), eq(idempotency.key, key)))
    .limit(1);
  return row ?? null;
}

/** Forgets answers past their lifetime. */
export async function pruneAnswers(db: Database, wall: Instant): Promise<void> {
  await db.delete(idempotency).where(lt(idempotency.expiresAt, wall));
}
