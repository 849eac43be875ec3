import { type SQL, sql } from "drizzle-orm";

/**
 * The condition that few rows meet. Without statistics SQLite takes an environment for ten rows and reads all of it rather
 * than an index of two columns; this tells it which of the two is the narrow one.
 */
export function rare(condition: SQL): SQL {
  return sql`unlikely(${condition})`;
}
