import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { BatchItem } from "drizzle-orm/batch";

export type Database = DrizzleD1Database;

/** One statement of a commit, not sent yet. */
export type Write = BatchItem<"sqlite">;

/**
 * The database of an environment. One binding today; a D1 is one writer of 10 GB, so a table of bindings can stand here
 * later without another line changing.
 */
export function database(binding: D1Database): Database {
  return drizzle(binding);
}
