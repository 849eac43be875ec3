/** A page of a list, and the cursor of the next one (null at the end). Cursors are opaque to callers. */
export type Page<T> = { readonly data: readonly T[]; readonly nextCursor: string | null };

export type PageRequest = { readonly limit: number; readonly after: string | null };

/** Cuts `limit + 1` rows, ordered by id, into a page. */
export function pageOf<Row extends { readonly id: string }, T>(rows: readonly Row[], limit: number, read: (row: Row) => T): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(read), nextCursor: rows.length > limit && last !== undefined ? last.id : null };
}
