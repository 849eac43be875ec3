import { env } from "cloudflare:workers";

/** Where a change may leave a trace: everything D1 holds, except what a clock's lock leaves behind. */
const TABLES = [
  "organization",
  "environment",
  "billing_entity",
  "number_series",
  "api_key",
  "idempotency",
  "meter",
  "feature",
  "product",
  "plan",
  "plan_version",
  "customer",
  "subscription",
  "event",
  "outbox",
  "due",
  "audit",
  "mrr_movement",
  "unmatched_usage",
  "invoice",
  "billed",
  "payment",
] as const;

type Row = Readonly<Record<string, string | number | null>>;

export async function rows(table: (typeof TABLES)[number], environment: string): Promise<Row[]> {
  const { results } = await env.DB.prepare(`SELECT * FROM "${table}" WHERE environment_id = ?`).bind(environment).all<Row>();
  return results;
}

/** All of D1, to compare before and after. */
export async function everything(): Promise<Readonly<Record<string, readonly Row[]>>> {
  const all = await env.DB.batch<Row>(TABLES.map((table) => env.DB.prepare(`SELECT * FROM "${table}"`)));
  return Object.fromEntries(TABLES.map((table, index) => [table, all[index]?.results ?? []]));
}
