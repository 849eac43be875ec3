import { and, eq, gt, inArray, or, sql } from "drizzle-orm";
import type { Customer } from "#domain/customers/customer";
import { type Id, isId } from "#domain/ids";
import type { Instant } from "#domain/time/instant";
import type { Database, Write } from "#storage/database";
import { type Page, pageOf, type PageRequest } from "#storage/page";
import { customer } from "#storage/schema/customers";

/** Each is bound twice at most, and D1 binds 100 values. */
const NAMES_A_STATEMENT = 40;

function readCustomer(row: typeof customer.$inferSelect): Customer {
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
  const found = new Map<string, string>();
  for (let at = 0; at < names.length; at += NAMES_A_STATEMENT) {
    const some = names.slice(at, at + NAMES_A_STATEMENT);
    const rows = await db
      .select({ id: customer.id, key: customer.key })
      .from(customer)
      .where(
        and(
          eq(customer.environmentId, environmentId),
          or(
            inArray(customer.key, some),
            inArray(
              customer.id,
              some.filter((name) => isId("customer", name)),
            ),
          ),
        ),
      );
    const known = new Map(rows.flatMap(({ id, key }) => [[id as string, key] as const, [key, key] as const]));
    for (const name of some) {
      const key = known.get(name);
      if (key !== undefined) found.set(name, key);
    }
  }
  return found;
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
