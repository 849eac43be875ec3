import { applyD1Migrations, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";

type Column = { readonly table: string; readonly name: string; readonly type: string; readonly required: number; readonly key: number };

const tables = async () =>
  (
    await env.DB.prepare(
      "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' AND name NOT LIKE 'd1_%'",
    ).all<{ name: string; sql: string }>()
  ).results;

async function columns(): Promise<Column[]> {
  const read = (table: string) =>
    env.DB.prepare(`SELECT ? AS "table", name, type, "notnull" AS required, pk AS key FROM pragma_table_info(?)`).bind(table, table);
  const found = await env.DB.batch<Column>((await tables()).map(({ name }) => read(name)));
  return found.flatMap(({ results }) => results);
}

const isMoney = ({ name }: Column): boolean => name === "amount" || name.endsWith("_amount");

describe("every table", () => {
  it("is STRICT, so a value of the wrong type is refused and not kept", async () => {
    expect((await tables()).length).toBeGreaterThan(20);
    expect((await tables()).filter(({ sql }) => !/\)\s*STRICT/i.test(sql)).map(({ name }) => name)).toEqual([]);
  });

  it("with a key of texts is WITHOUT ROWID: one row written instead of two", async () => {
    const textKeyed = new Set((await columns()).filter(({ key, type }) => key > 0 && type === "TEXT").map(({ table }) => table));
    const withRowid = (await tables()).filter(({ sql }) => !/WITHOUT ROWID/i.test(sql)).map(({ name }) => name);
    expect(withRowid.filter((name) => textKeyed.has(name))).toEqual([]);
  });

  it("begins its key with the environment, except the few that stand above one", async () => {
    const first = (await columns()).filter(({ key }) => key === 1);
    const others = first.filter(({ name }) => name !== "environment_id").map(({ table }) => table);
    expect(others.sort()).toEqual(["environment", "organization", "outbox"]);
  });

  it("has no column of floating point", async () => {
    const types = new Set((await columns()).map(({ type }) => type));
    expect(types).toEqual(new Set(["TEXT", "INTEGER"]));
  });
});

describe("a table of a ledger", () => {
  const ledgerTables = () =>
    runInDurableObject(env.LEDGER.getByName("env_schema:ada"), (_ledger, { storage: { sql } }) => {
      const found = sql.exec<{ name: string; sql: string }>(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'",
      );
      return found.toArray().map((table) => ({
        ...table,
        columns: sql.exec<Column>(`SELECT name, type, pk AS key FROM pragma_table_info('${table.name}')`).toArray(),
      }));
    });

  it("is STRICT, without floating point, and WITHOUT ROWID where its key is no single integer", async () => {
    const found = await ledgerTables();
    expect(found.length).toBeGreaterThan(15);
    for (const { name, sql, columns } of found) {
      const key = columns.filter((column) => column.key > 0);
      const isRowid = key.length === 1 && key[0]?.type === "INTEGER";
      expect([name, sql]).toEqual([name, expect.stringMatching(isRowid ? /\)\s*STRICT$/ : /\)\s*STRICT, WITHOUT ROWID$/)]);
      expect([name, columns.filter(({ type }) => !["TEXT", "INTEGER", "BLOB"].includes(type))]).toEqual([name, []]);
    }
  });
});

describe("money", () => {
  it("is an INTEGER that is always there, with its currency beside it", async () => {
    const all = await columns();
    const money = all.filter(isMoney);
    expect(money.map(({ table, name }) => `${table}.${name}`).sort()).toEqual([
      "invoice.paid_amount",
      "invoice.total_amount",
      "mrr_movement.amount",
      "payment.amount",
    ]);
    for (const { table, type, required } of money) {
      expect([table, type, required]).toEqual([table, "INTEGER", 1]);
      expect(all).toContainEqual(expect.objectContaining({ table, name: "currency", type: "TEXT", required: 1 }));
    }
  });

  it("beyond what a number holds exactly is refused by the database itself", async () => {
    const insert = (amount: string) =>
      env.DB.prepare(
        `INSERT INTO payment (environment_id, id, invoice_id, customer_id, attempt, provider, status, amount, currency, created_at, version)
         VALUES ('env', 'pay', 'inv', 'cus', 1, 'manual', 'attempted', ${amount}, 'USD', 0, 1)`,
      ).run();
    await expect(insert("9007199254740992")).rejects.toThrow("CHECK constraint failed");
    await expect(insert("-9007199254740992")).rejects.toThrow("CHECK constraint failed");
    await expect(insert("0.5")).rejects.toThrow("cannot store REAL value");
    await expect(insert("'12 USD'")).rejects.toThrow("cannot store TEXT value");
    await insert("9007199254740991");
    await env.DB.prepare("DELETE FROM payment WHERE environment_id = 'env'").run();
  });
});

describe("instants and days", () => {
  it("are INTEGER where they are an instant, TEXT where they are a day", async () => {
    const wrong = (await columns()).filter(
      ({ name, type }) => (name.endsWith("_at") && type !== "INTEGER") || (name.endsWith("_on") && type !== "TEXT"),
    );
    expect(wrong).toEqual([]);
  });
});

it("migrating again changes nothing", async () => {
  const schema = () => env.DB.prepare("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").all();
  const before = await schema();

  await applyD1Migrations(env.DB, env.MIGRATIONS);

  expect((await schema()).results).toEqual(before.results);
});
