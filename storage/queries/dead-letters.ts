import { and, asc, eq, gt, isNotNull, sql } from "drizzle-orm";
import { type Due, parkedDueId, parseParkedDueId } from "#domain/due";
import type { Id } from "#domain/ids";
import type { Instant } from "#domain/time/instant";
import type { Database } from "#storage/database";
import { type Page, pageOf, type PageRequest } from "#storage/page";
import { outbox } from "#storage/schema/events";

/** Something the platform gave up on. */
export type DeadLetter = {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly reason: string;
  readonly at: Instant;
};

type EnvironmentId = Id<"environment">;

/** One list: first the parked due rows by their date, then the dead deliveries by age. A letter's id is its cursor. */
export async function listDeadLetters(
  db: Database,
  environmentId: EnvironmentId,
  { limit, after }: PageRequest,
): Promise<Page<DeadLetter>> {
  const pastDue = after === null ? null : parseParkedDueId(after);
  const parked = after === null || pastDue !== null ? await parkedDue(db, environmentId, pastDue, limit + 1) : [];
  const room = limit + 1 - parked.length;
  const dead = room > 0 ? await deadDeliveries(db, environmentId, pastDue === null ? after : null, room) : [];
  return pageOf([...parked, ...dead], limit, (letter) => letter);
}

async function parkedDue(db: Database, environmentId: EnvironmentId, after: Due | null, limit: number): Promise<DeadLetter[]> {
  const past = after === null ? sql`true` : sql`(due_at, kind, subject) > (${after.at}, ${after.kind}, ${after.subject})`;
  // By the index's name, because SQLite would rather read every row of the environment by its key.
  const rows = await db.all<Due & { reason: string | null; parkedAt: Instant }>(sql`
    select due_at as "at", kind, subject, last_error as reason, parked_at as parkedAt from due indexed by due_parked
    where environment_id = ${environmentId} and parked_at is not null and ${past}
    order by due_at, kind, subject limit ${limit}`);
  return rows.map(({ at, kind, subject, reason, parkedAt }) => ({
    id: parkedDueId({ at, kind, subject }),
    kind,
    subject,
    reason: reason ?? "",
    at: parkedAt,
  }));
}

async function deadDeliveries(db: Database, environmentId: EnvironmentId, after: string | null, limit: number): Promise<DeadLetter[]> {
  const rows = await db
    .select()
    .from(outbox)
    .where(
      and(
        eq(outbox.environmentId, environmentId),
        isNotNull(outbox.deadAt),
        after === null ? undefined : gt(outbox.id, after as Id<"outbox">),
      ),
    )
    .orderBy(asc(outbox.id))
    .limit(limit);
  return rows.map(({ id, consumer, stream, lastError, deadAt }) => ({
    id,
    kind: consumer,
    subject: stream,
    reason: lastError ?? "",
    at: deadAt ?? 0,
  }));
}
