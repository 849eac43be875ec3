import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Database, database, type Write } from "#storage/database";
import { type Api, sandbox } from "#test/support/api";
import { catalog, flat, publishPlan } from "#test/support/catalog";
import { queryCalls } from "#test/integration/storage/query-calls";

/** Every module that speaks to D1; a function in none of the calls below fails the suite. */
const modules = import.meta.glob("../../../storage/queries/*.ts", { eager: true });

/** Exported, but no statement of their own, or one that inserts and searches nothing. */
const searchesNothing = (name: string): boolean => /^(insert|read)[A-Z]/.test(name) || name === "usableKeyId";

/** Reads that walk an environment's rows on purpose: in the order of their key up to the page's limit, or a bounded catalog whole. */
const WALKS: Readonly<Record<string, string>> = {
  allMeters: "the whole catalog, at most a thousand",
  allFeatures: "the whole catalog, at most a thousand",
  allProducts: "the whole catalog, at most a thousand",
  metersOfTypes: "of a catalog of at most a thousand",
  usersOfMeter: "looks into the terms of every plan version, when a person archives a meter",
  listMeters: "first page",
  listFeatures: "first page",
  listProducts: "first page",
  listPlans: "first page",
  listCustomers: "first page",
  listApiKeys: "first page",
  listBackfills: "first page",
  listInvoices: "first page of all customers",
  listSubscriptions: "first page of all customers",
  listEventTypes: "first page",
  listUnmatched: "first page, also of one reason: three there are",
  usageLedgersAfter: "first page",
  billingEntityOf: "the first of a handful",
  waitingDeliveries: "first page: what waits is what there is",
};

type Statement = { readonly sql: string; readonly values: readonly unknown[] };

/** The database, but every statement is written down and no batch is sent. */
function recorder(taken: Statement[]): Database {
  const wrap = (sql: string, values: readonly unknown[], statement: D1PreparedStatement): D1PreparedStatement => {
    const record = () => void taken.push({ sql, values });
    return {
      bind: (...given: unknown[]) => wrap(sql, given, statement.bind(...given)),
      all: () => (record(), statement.all()),
      raw: () => (record(), statement.raw()),
      run: () => (record(), Promise.resolve({ results: [] })),
      record,
    } as unknown as D1PreparedStatement;
  };
  return database({
    prepare: (sql: string) => wrap(sql, [], env.DB.prepare(sql)),
    batch: (statements: readonly (D1PreparedStatement & { record: () => void })[]) => {
      for (const statement of statements) statement.record();
      return Promise.resolve(statements.map(() => ({ results: [] })));
    },
  } as unknown as D1Database);
}

/** Runs one call: reads happen, writes are only prepared. */
async function statementsOf(call: (db: Database) => unknown): Promise<Statement[]> {
  const taken: Statement[] = [];
  const db = recorder(taken);
  const answer = call(db);
  if (answer instanceof Promise) {
    // What is not there may be an error; its statement is on record by then.
    await answer.catch(() => undefined);
  } else if (typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer) {
    await (answer as AsyncGenerator).next();
  } else {
    const [first, ...rest] = [answer].flat() as Write[];
    if (first !== undefined) await db.batch([first, ...rest]);
  }
  return taken;
}

async function planOf({ sql, values }: Statement): Promise<string[]> {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}

const isScan = (step: string): boolean => step.startsWith("SCAN") && !/VIRTUAL TABLE|CONSTANT ROW/.test(step);
/** These indexes hold only what was given up. */
const isWalk = (step: string): boolean => step.endsWith("(environment_id=?)") && !/INDEX (due_parked|outbox_dead) /.test(step);

let api: Api;
const plans = new Map<string, { readonly sql: string; readonly steps: readonly string[] }[]>();

beforeAll(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "basic", [flat("base", "10.00")]);
  for (const [name, variants] of Object.entries(queryCalls(api.environment))) {
    const statements = (await Promise.all(variants.map(statementsOf))).flat();
    plans.set(name, await Promise.all(statements.map(async (statement) => ({ sql: statement.sql, steps: await planOf(statement) }))));
  }
});

const bad = (wrong: (step: string) => boolean, allowed: readonly string[] = []) =>
  [...plans]
    .filter(([name]) => !allowed.includes(name))
    .flatMap(([name, all]) => all.filter(({ steps }) => steps.some(wrong)).map(({ sql, steps }) => ({ name, sql, steps })));

describe("every query in storage/queries", () => {
  it("is in this suite, and sends a statement", () => {
    const exported = Object.values(modules).flatMap((module) => Object.entries(module).filter(([, value]) => typeof value === "function"));
    const names = exported.map(([name]) => name).filter((name) => !searchesNothing(name));
    expect([...plans.keys()].sort()).toEqual(names.sort());
    expect([...plans].filter(([, statements]) => statements.length === 0).map(([name]) => name)).toEqual([]);
  });

  it("scans no table", () => {
    expect(bad(isScan)).toEqual([]);
  });

  it("reads by more than its environment, although SQLite has no statistics; the few that walk it say why", () => {
    expect(bad(isWalk, Object.keys(WALKS))).toEqual([]);
    expect(Object.keys(WALKS).filter((name) => !plans.get(name)?.some(({ steps }) => steps.some(isWalk)))).toEqual([]);
  });

  it("that asks for one parent's rows looks in that parent's index, on every page", () => {
    const lost = [...plans].flatMap(([name, all]) =>
      all.flatMap(({ sql, steps }) => {
        const [, parent] = /"(customer_id|subscription_id|invoice_id)" = \?/.exec(sql.split(" where ")[1] ?? "") ?? [];
        return parent === undefined || steps.some((step) => step.includes(`${parent}=?`)) ? [] : [{ name, sql, steps }];
      }),
    );
    expect(lost).toEqual([]);
  });

  it("finds its rows in the order it wants them: nothing is sorted to show a page", () => {
    expect(bad((step) => step.includes("TEMP B-TREE FOR ORDER BY"))).toEqual([]);
  });
});

describe("what is read by one parent", () => {
  it.each([
    ["findDraft", "INDEX invoice_open_draft (environment_id=? AND subscription_id=?)"],
    ["listSubscriptions", "INDEX subscription_by_customer (environment_id=? AND customer_id=?)"],
    ["subscriptionsOf", "INDEX subscription_by_customer (environment_id=? AND customer_id=?)"],
    ["listInvoices", "INDEX invoice_by_customer (environment_id=? AND customer_id=?)"],
    ["listSubjects", "INDEX subject_by_customer (environment_id=? AND customer_id=?)"],
    ["deleteBilled", "INDEX billed_by_invoice (environment_id=? AND invoice_id=?)"],
  ])("%s uses %s", (name, index) => {
    expect(plans.get(name)?.flatMap(({ steps }) => steps)).toContainEqual(expect.stringContaining(index));
  });

  it("is kept together where nothing else asks for it: audit by subject, movements by subscription", async () => {
    const where = async (table: string, column: string) =>
      planOf({ sql: `SELECT * FROM ${table} WHERE environment_id = ? AND ${column} = ? ORDER BY id`, values: ["env", "x"] });
    expect(await where("audit", "subject")).toEqual(["SEARCH audit USING PRIMARY KEY (environment_id=? AND subject=?)"]);
    expect(await where("mrr_movement", "subscription_id")).toEqual([
      "SEARCH mrr_movement USING PRIMARY KEY (environment_id=? AND subscription_id=?)",
    ]);
  });
});
