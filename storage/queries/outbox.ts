import { and, asc, eq, gt, isNull, lte } from "drizzle-orm";
import type { EventBody } from "#domain/events";
import type { Id } from "#domain/ids";
import type { Instant } from "#domain/time/instant";
import type { Database, Write } from "#storage/database";
import { event, outbox } from "#storage/schema/events";

export type Delivery = {
  readonly id: Id<"outbox">;
  readonly environmentId: Id<"environment">;
  readonly consumer: string;
  readonly attempts: number;
  readonly fact: EventBody;
};

/** A waiting delivery with its event; null when it was made already. */
export async function findDelivery(db: Database, id: Id<"outbox">): Promise<Delivery | null> {
  const [row] = await db
    .select()
    .from(outbox)
    .innerJoin(
      event,
      and(eq(event.environmentId, outbox.environmentId), eq(event.stream, outbox.stream), eq(event.version, outbox.version)),
    )
    .where(eq(outbox.id, id))
    .limit(1);
  if (row === undefined) return null;
  const { id: found, environmentId, consumer, attempts } = row.outbox;
  return { id: found, environmentId, consumer, attempts, fact: { type: row.event.type, data: row.event.data } as EventBody };
}

/** Deliveries of one environment that wait, oldest first, after one. */
export async function waitingDeliveries(
  db: Database,
  environmentId: Id<"environment">,
  { limit, after }: { readonly limit: number; readonly after: Id<"outbox"> | null },
): Promise<Id<"outbox">[]> {
  const rows = await db
    .select({ id: outbox.id })
    .from(outbox)
    .where(and(eq(outbox.environmentId, environmentId), isNull(outbox.deadAt), after === null ? undefined : gt(outbox.id, after)))
    .orderBy(asc(outbox.id))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Deliveries of all environments whose time for another try has come: what a queue lost, or a consumer failed. */
export async function overdueDeliveries(
  db: Database,
  wall: Instant,
  limit: number,
): Promise<{ id: Id<"outbox">; environmentId: Id<"environment">; createdAt: Instant }[]> {
  return await db
    .select({ id: outbox.id, environmentId: outbox.environmentId, createdAt: outbox.createdAt })
    .from(outbox)
    .where(and(isNull(outbox.deadAt), lte(outbox.nextAttemptAt, wall)))
    .orderBy(asc(outbox.nextAttemptAt))
    .limit(limit);
}

export async function saveDeliveryFailure(
  db: Database,
  id: Id<"outbox">,
  failure: { attempts: number; lastError: string; nextAttemptAt: Instant; deadAt: Instant | null },
): Promise<void> {
  await db.update(outbox).set(failure).where(eq(outbox.id, id));
}

export async function postponeDelivery(db: Database, id: Id<"outbox">, nextAttemptAt: Instant): Promise<void> {
  await db.update(outbox).set({ nextAttemptAt }).where(eq(outbox.id, id));
}

/** When a delivery was given up; null when it was not. */
export async function deadSince(db: Database, environmentId: Id<"environment">, id: string): Promise<Instant | null> {
  const [found] = await db.select({ deadAt: outbox.deadAt }).from(outbox).where(place(environmentId, id)).limit(1);
  return found?.deadAt ?? null;
}

/** Gives a dead delivery its tries back. */
export function reviveDelivery(db: Database, environmentId: Id<"environment">, id: string, wall: Instant): Write {
  return db.update(outbox).set({ deadAt: null, attempts: 0, nextAttemptAt: wall }).where(place(environmentId, id));
}

function place(environmentId: Id<"environment">, id: string) {
  return and(eq(outbox.environmentId, environmentId), eq(outbox.id, id as Id<"outbox">));
}
