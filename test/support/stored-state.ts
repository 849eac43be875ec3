import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { drainOutbox } from "#actions/drain-outbox";
import type { Id } from "#domain/ids";
import { database } from "#storage/database";
import { findEnvironment } from "#storage/queries/environments";
import { contextOf } from "#worker/context";

/** A ledger by the environment and the key of its customer. */
export type LedgerPlace = { readonly environment: string; readonly customer: string };

type Rows = Readonly<Record<string, readonly string[]>>;

/** What a ledger remembers of its callers (their clock, their catalog) rather than of its customer. */
const REMEMBERED = { last_now: 0, catalog: "" };

/** Every row of D1 and of the ledgers named, as text. Two equal answers: nothing was changed between them. */
export async function storedState(ledgers: readonly LedgerPlace[] = []): Promise<Rows> {
  const names = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'd1_migrations' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
  ).all<{ name: string }>();
  const tables = names.results.map(({ name }) => name);
  const results = await env.DB.batch(tables.map((name) => env.DB.prepare(`SELECT * FROM "${name}"`)));
  const rows: Record<string, string[]> = {};
  for (const [index, table] of tables.entries()) rows[table] = (results[index]?.results ?? []).map((row) => JSON.stringify(row));
  for (const { environment, customer } of ledgers) Object.assign(rows, await ledgerRows(environment, customer));
  return rows;
}

async function ledgerRows(environment: string, customer: string): Promise<Rows> {
  const name = `${environment}:${customer}`;
  return await runInDurableObject(env.LEDGER.getByName(name), (_ledger, { storage: { sql } }) => {
    const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*'").toArray();
    return Object.fromEntries(
      tables.map((table) => [`${name} ${table.name}`, sql.exec(`SELECT * FROM "${table.name}"`).toArray().map(rowText)]),
    );
  });
}

function rowText(row: Record<string, SqlStorageValue>): string {
  const kept = "last_now" in row ? { ...row, ...REMEMBERED } : row;
  return JSON.stringify(kept, (_name, value: unknown) => (value instanceof ArrayBuffer ? [...new Uint8Array(value)] : value));
}

/** Runs what must leave no trace: not a row, neither in D1 nor in the ledgers. */
export async function expectNothingChanged(ledgers: readonly LedgerPlace[], work: () => Promise<void>): Promise<void> {
  const before = await storedState(ledgers);
  await work();
  expect(await storedState(ledgers)).toEqual(before);
}

/** Makes every delivery that waits in an environment, as the queue would in its own time. */
export async function settle(environmentId: string): Promise<void> {
  const environment = await findEnvironment(database(env.DB), environmentId as Id<"environment">);
  if (environment === null) throw new Error(`no environment ${environmentId}`);
  const scene = { bindings: env, requestId: "req_settle", waitUntil: () => undefined };
  const { more } = await drainOutbox(contextOf(scene, environment, { type: "system", id: "queue" }), { limit: 1_000, until: Infinity });
  if (more) throw new Error(`deliveries of ${environmentId} go on without end`);
}
