import { and, eq, max } from "drizzle-orm";
import type { Id } from "#domain/ids";
import type { Database } from "#storage/database";
import { event } from "#storage/schema/events";

/** The version of the last fact in a stream; 0 where there is none. */
export async function streamVersion(db: Database, environmentId: Id<"environment">, stream: string): Promise<number> {
  const [row] = await db
    .select({ version: max(event.version) })
    .from(event)
    .where(and(eq(event.environmentId, environmentId), eq(event.stream, stream)));
  return row?.version ?? 0;
}
