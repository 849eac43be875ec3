import { and, eq, gt, sql } from "drizzle-orm";
import type { Customer } from "#domain/customers/customer";
import { type Id, isId } from "#domain/ids";
import type { Instant } from "#domain/time/instant";
import type { Database, Write } from "#storage/database";
import { type Page, pageOf, type PageRequest } from "#storage/page";
import { customer } from "#storage/schema/customers";

export function readCustomer(row: typeof customer.$inferSelect): Customer {
  const { environmentId: _, createdAt: __, ...facts } = row;
  return facts;
}

export async function findCustomer(db: Database, environmentId: Id<"environment">, idOrKey: string): Promise<Customer | null> {
  const place = isId("customer", idOrKey) ? eq(customer.id, idOrKey) : eq(customer.key, idOrKey);
  const [row] = await db
    .select()
    .from(customer)
    .where(and(eq(customer.environmentId, environmentId), place))
    .limit(1);
  return row === undefined ? null : readCustomer(row);
}

/** The keys of customers by what they were named with, key or id; who is unknown is missing. */
export async function customerKeys(
  db: Database,
  environmentId: Id<"environment">,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const list = JSON.stringify(names);
  // Cross joins look up each name; SQLite would rather read every customer.
  const rows = await db.all<{ name: string; key: string }>(sql`
    select name.value as name, c.key
      from json_each(${list}) name cross join customer c on c.environment_id = ${environmentId} and c.id = name.value
    union all
    select name.value, c.key
      from json_each(${list}) name cross join customer c on c.environment_id = ${environmentId} and c.key = name.value`);
  return new Map(rows.map(({ name, key }) => [name, key]));
}

export async function listCustomers(
  db: Database,
  environmentId: Id<"environment">,
  { limit, after }: PageRequest,
): Promise<Page<Customer>> {
  const from = after === null ? undefined : gt(customer.id, after as Id<"customer">);
  const rows = await db
    .select()
    .from(customer)
    .where(and(eq(customer.environmentId, environmentId), from))
    .orderBy(customer.id)
    .limit(limit + 1);
  return pageOf(rows, limit, readCustomer);
}

export function insertCustomer(db: Database, environmentId: Id<"environment">, created: Customer, createdAt: Instant): Write {
  return db.insert(customer).values({ ...created, environmentId, createdAt });
}

/** Something the customer's ledger must know has changed; goes into the batch of that change. */
export function bumpContract(db: Database, environmentId: Id<"environment">, id: Id<"customer">): Write {
  return db
    .update(customer)
    .set({ contractVersion: sql`contract_version + 1` })
    .where(and(eq(customer.environmentId, environmentId), eq(customer.id, id)));
}
