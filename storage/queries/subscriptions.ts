import { and, desc, eq, lt } from "drizzle-orm";
import type { Id } from "#domain/ids";
import type { Subscription } from "#domain/subscriptions/subscription";
import type { Instant } from "#domain/time/instant";
import type { Database, Write } from "#storage/database";
import { type Page, pageOf, type PageRequest } from "#storage/page";
import { rare } from "#storage/rare";
import { subscription } from "#storage/schema/customers";

/** More subscriptions than this of one customer are refused: its contract is read and pushed whole. */
export const MOST_PER_CUSTOMER = 50;

export function readSubscription(row: typeof subscription.$inferSelect): Subscription {
  const { environmentId: _, createdAt: __, ...facts } = row;
  return facts;
}

export async function findSubscription(db: Database, environmentId: Id<"environment">, id: string): Promise<Subscription | null> {
  const [row] = await db
    .select()
    .from(subscription)
    .where(and(eq(subscription.environmentId, environmentId), eq(subscription.id, id as Id<"subscription">)))
    .limit(1);
  return row === undefined ? null : readSubscription(row);
}

export async function subscriptionsOf(db: Database, environmentId: Id<"environment">, customerId: Id<"customer">): Promise<Subscription[]> {
  const rows = await db
    .select()
    .from(subscription)
    .where(and(eq(subscription.environmentId, environmentId), rare(eq(subscription.customerId, customerId))))
    .orderBy(subscription.id)
    .limit(MOST_PER_CUSTOMER);
  return rows.map(readSubscription);
}

/** Newest first. */
export async function listSubscriptions(
  db: Database,
  environmentId: Id<"environment">,
  { limit, after, customerId }: PageRequest & { readonly customerId: Id<"customer"> | null },
): Promise<Page<Subscription>> {
  const rows = await db
    .select()
    .from(subscription)
    .where(
      and(
        eq(subscription.environmentId, environmentId),
        customerId === null ? undefined : rare(eq(subscription.customerId, customerId)),
        after === null ? undefined : lt(subscription.id, after as Id<"subscription">),
      ),
    )
    .orderBy(desc(subscription.id))
    .limit(limit + 1);
  return pageOf(rows, limit, readSubscription);
}

export function insertSubscription(db: Database, environmentId: Id<"environment">, created: Subscription, createdAt: Instant): Write {
  return db.insert(subscription).values({ ...created, environmentId, createdAt });
}

export function saveSubscription(db: Database, environmentId: Id<"environment">, changed: Subscription): Write {
  const { status, endAt, revisions, billedThrough, unsettledFrom, version } = changed;
  return db
    .update(subscription)
    .set({ status, endAt, revisions, billedThrough, unsettledFrom, version })
    .where(and(eq(subscription.environmentId, environmentId), eq(subscription.id, changed.id)));
}
