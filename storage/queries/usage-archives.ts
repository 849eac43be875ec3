import { and, asc, eq } from "drizzle-orm";
import type { Id } from "#domain/ids";
import type { Database, Write } from "#storage/database";
import { type ArchivedObject, usageArchive } from "#storage/schema/usage";

export type { ArchivedObject };
export type UsageArchive = Omit<typeof usageArchive.$inferSelect, "environmentId">;

export async function findArchive(
  db: Database,
  environmentId: Id<"environment">,
  customerKey: string,
  month: string,
): Promise<UsageArchive | null> {
  const [row] = await db
    .select()
    .from(usageArchive)
    .where(and(eq(usageArchive.environmentId, environmentId), eq(usageArchive.customerKey, customerKey), eq(usageArchive.month, month)))
    .limit(1);
  return row ?? null;
}

/** The months of a customer that went to storage, oldest first. */
export async function archivesOf(db: Database, environmentId: Id<"environment">, customerKey: string): Promise<UsageArchive[]> {
  return await db
    .select()
    .from(usageArchive)
    .where(and(eq(usageArchive.environmentId, environmentId), eq(usageArchive.customerKey, customerKey)))
    .orderBy(asc(usageArchive.month))
    .limit(1_200);
}

export function saveArchive(db: Database, environmentId: Id<"environment">, saved: UsageArchive): Write {
  const { customerKey: _, month: __, ...facts } = saved;
  return db
    .insert(usageArchive)
    .values({ ...saved, environmentId })
    .onConflictDoUpdate({ target: [usageArchive.environmentId, usageArchive.customerKey, usageArchive.month], set: facts });
}
