import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, lt, notExists, sql, sum } from "drizzle-orm";
import { present } from "#domain/assert";
import type { Id } from "#domain/ids";
import type { Backfill, BackfillPlace } from "#domain/metering/backfill";
import type { Database, Write } from "#storage/database";
import { type Page, pageOf, type PageRequest } from "#storage/page";
import { backfill, backfillCustomer } from "#storage/schema/backfills";
import { customer } from "#storage/schema/customers";

type EnvironmentId = Id<"environment">;
type BackfillId = Id<"backfill">;
export type BackfillCustomer = Omit<typeof backfillCustomer.$inferSelect, "environmentId" | "backfillId">;

/** What became of a backfill so far, summed over its customers. */
export type BackfillTotals = {
  readonly customers: number;
  readonly loaded: number;
  readonly added: number;
  readonly superseded: number;
  readonly refused: number;
};

export const NO_TOTALS: BackfillTotals = { customers: 0, loaded: 0, added: 0, superseded: 0, refused: 0 };

/** Rows of one statement; D1 binds 100 values. */
const ROWS_A_STATEMENT = 10;

function readBackfill(row: typeof backfill.$inferSelect): Backfill {
  const { id, mode, types, customers, openedAt, closedAt, version } = row;
  const facts = { id, mode, types, customers, openedAt, version, range: { start: row.fromAt, end: row.toAt } };
  switch (row.status) {
    case "open":
      return { ...facts, status: "open" };
    case "closing":
      return { ...facts, status: "closing", place: present(row.place, `place of ${id}`) };
    case "closed":
      return { ...facts, status: "closed", closedAt: present(closedAt, `closing of ${id}`) };
    case "reverting":
      return { ...facts, status: "reverting", closedAt, place: present(row.place, `place of ${id}`) };
    case "reverted":
      return { ...facts, status: "reverted", closedAt, revertedAt: present(row.revertedAt, `reverting of ${id}`) };
  }
}

export async function findBackfill(db: Database, environmentId: EnvironmentId, id: string): Promise<Backfill | null> {
  const [row] = await db
    .select()
    .from(backfill)
    .where(and(eq(backfill.environmentId, environmentId), eq(backfill.id, id as BackfillId)))
    .limit(1);
  return row === undefined ? null : readBackfill(row);
}

/** Newest first. */
export async function listBackfills(db: Database, environmentId: EnvironmentId, { limit, after }: PageRequest): Promise<Page<Backfill>> {
  const rows = await db
    .select()
    .from(backfill)
    .where(and(eq(backfill.environmentId, environmentId), after === null ? undefined : lt(backfill.id, after as BackfillId)))
    .orderBy(desc(backfill.id))
    .limit(limit + 1);
  return pageOf(rows, limit, readBackfill);
}

export async function backfillTotals(
  db: Database,
  environmentId: EnvironmentId,
  ids: readonly BackfillId[],
): Promise<ReadonlyMap<BackfillId, BackfillTotals>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({
      id: backfillCustomer.backfillId,
      customers: count(),
      loaded: sum(backfillCustomer.loaded).mapWith(Number),
      added: sum(backfillCustomer.added).mapWith(Number),
      superseded: sum(backfillCustomer.superseded).mapWith(Number),
      refused: count(backfillCustomer.refusedCode),
    })
    .from(backfillCustomer)
    .where(and(eq(backfillCustomer.environmentId, environmentId), inArray(backfillCustomer.backfillId, [...ids])))
    .groupBy(backfillCustomer.backfillId);
  return new Map(rows.map(({ id, ...totals }) => [id, totals]));
}

function columnsOf(changed: Backfill) {
  const { status, mode, range, types, customers, openedAt, version } = changed;
  return {
    status,
    mode,
    fromAt: range.start,
    toAt: range.end,
    types,
    customers,
    openedAt,
    version,
    place: "place" in changed ? changed.place : null,
    closedAt: "closedAt" in changed ? changed.closedAt : null,
    revertedAt: changed.status === "reverted" ? changed.revertedAt : null,
  };
}

export function insertBackfill(db: Database, environmentId: EnvironmentId, opened: Backfill): Write {
  return db.insert(backfill).values({ environmentId, id: opened.id, ...columnsOf(opened) });
}

export function saveBackfill(db: Database, environmentId: EnvironmentId, changed: Backfill): Write {
  return db
    .update(backfill)
    .set(columnsOf(changed))
    .where(and(eq(backfill.environmentId, environmentId), eq(backfill.id, changed.id)));
}

/** Notes how far a backfill has come, unless another call has finished it meanwhile. */
export function savePlace(db: Database, environmentId: EnvironmentId, { id, version }: Backfill, place: BackfillPlace): Write {
  return db
    .update(backfill)
    .set({ place })
    .where(and(eq(backfill.environmentId, environmentId), eq(backfill.id, id), eq(backfill.version, version)));
}

/** Names the customers that a backfill concerns. Those known already stay as they are. */
export function addBackfillCustomers(db: Database, environmentId: EnvironmentId, id: BackfillId, keys: readonly string[]): Write[] {
  const chunks = Array.from({ length: Math.ceil(keys.length / ROWS_A_STATEMENT) }, (_, index) =>
    keys.slice(index * ROWS_A_STATEMENT, (index + 1) * ROWS_A_STATEMENT),
  );
  return chunks.map((chunk) =>
    db
      .insert(backfillCustomer)
      .values(
        chunk.map((customerKey) => ({
          environmentId,
          backfillId: id,
          customerKey,
          state: "loaded" as const,
          loaded: 0,
          added: 0,
          superseded: 0,
        })),
      )
      .onConflictDoNothing(),
  );
}

export function countLoaded(db: Database, environmentId: EnvironmentId, id: BackfillId, customerKey: string, events: number): Write {
  return db
    .update(backfillCustomer)
    .set({ loaded: sql`loaded + ${events}` })
    .where(
      and(
        eq(backfillCustomer.environmentId, environmentId),
        eq(backfillCustomer.backfillId, id),
        eq(backfillCustomer.customerKey, customerKey),
      ),
    );
}

/** What a ledger answered when it was asked to put a backfill in force or to take it back. */
export type BackfillOutcome = { readonly customerKey: string } & (
  | { readonly ok: true; readonly added: number; readonly superseded: number }
  | { readonly ok: false; readonly code: string; readonly detail: string }
);

/**
 * Writes an outcome down; one that is told twice stays as it was told first. A customer without loaded events for whom
 * nothing changed needs no row.
 */
export function saveBackfillStep(
  db: Database,
  environmentId: EnvironmentId,
  id: BackfillId,
  outcome: BackfillOutcome,
  done: "closed" | "reverted",
): Write {
  const { customerKey } = outcome;
  const row = { environmentId, backfillId: id, customerKey, loaded: 0 };
  const target = [backfillCustomer.environmentId, backfillCustomer.backfillId, backfillCustomer.customerKey];
  if (!outcome.ok) {
    const refused = { refusedCode: outcome.code, refusedDetail: outcome.detail };
    return db
      .insert(backfillCustomer)
      .values({ ...row, state: "loaded", added: 0, superseded: 0, ...refused })
      .onConflictDoUpdate({ target, set: refused });
  }
  const { added, superseded } = outcome;
  const changed = { state: done, refusedCode: null, refusedDetail: null };
  if (done === "closed" && added + superseded > 0)
    return db
      .insert(backfillCustomer)
      .values({ ...row, ...changed, added, superseded })
      .onConflictDoUpdate({ target, set: { ...changed, added, superseded }, setWhere: eq(backfillCustomer.state, "loaded") });
  return db
    .update(backfillCustomer)
    .set(changed)
    .where(
      and(
        eq(backfillCustomer.environmentId, environmentId),
        eq(backfillCustomer.backfillId, id),
        eq(backfillCustomer.customerKey, customerKey),
      ),
    );
}

export type BackfillCustomerQuestion = PageRequest & {
  readonly states: readonly BackfillCustomer["state"][] | null;
  /** Only those that are no customers (yet): the environment's own list names the others. */
  readonly unknownOnly?: boolean;
};

/** The customers of a backfill, by key. */
export async function backfillCustomers(
  db: Database,
  environmentId: EnvironmentId,
  id: BackfillId,
  { limit, after, states, unknownOnly = false }: BackfillCustomerQuestion,
): Promise<Page<BackfillCustomer>> {
  const known = db
    .select({ one: sql`1` })
    .from(customer)
    .where(and(eq(customer.environmentId, environmentId), eq(customer.key, backfillCustomer.customerKey)));
  const rows = await db
    .select()
    .from(backfillCustomer)
    .where(
      and(
        eq(backfillCustomer.environmentId, environmentId),
        eq(backfillCustomer.backfillId, id),
        states === null ? undefined : inArray(backfillCustomer.state, [...states]),
        after === null ? undefined : gt(backfillCustomer.customerKey, after),
        unknownOnly ? notExists(known) : undefined,
      ),
    )
    .orderBy(asc(backfillCustomer.customerKey))
    .limit(limit + 1);
  const shown = rows.slice(0, limit);
  return { data: shown, nextCursor: rows.length > limit ? (shown.at(-1)?.customerKey ?? null) : null };
}

/** Who is not done yet: never tried (`waiting`), or refused. */
export async function backfillLeft(
  db: Database,
  environmentId: EnvironmentId,
  id: BackfillId,
  states: readonly BackfillCustomer["state"][],
): Promise<{ readonly waiting: boolean; readonly refused: readonly BackfillCustomer[] }> {
  const those = and(
    eq(backfillCustomer.environmentId, environmentId),
    eq(backfillCustomer.backfillId, id),
    inArray(backfillCustomer.state, [...states]),
  );
  const [waiting, refused] = await Promise.all([
    db
      .select({ key: backfillCustomer.customerKey })
      .from(backfillCustomer)
      .where(and(those, isNull(backfillCustomer.refusedCode)))
      .limit(1),
    db
      .select()
      .from(backfillCustomer)
      .where(and(those, isNotNull(backfillCustomer.refusedCode)))
      .orderBy(asc(backfillCustomer.customerKey))
      .limit(20),
  ]);
  return { waiting: waiting.length > 0, refused };
}
