import { and, asc, eq, sql } from "drizzle-orm";
import type { Subject } from "#domain/customers/subject";
import type { Id } from "#domain/ids";
import type { Database, Write } from "#storage/database";
import type { Page, PageRequest } from "#storage/page";
import { rare } from "#storage/rare";
import { subject } from "#storage/schema/customers";

/** A subject that moved more often than this moves no more: its whole history is read to route an event. */
export const MOST_MOVES = 200;

type EnvironmentId = Id<"environment">;

function readSubject(row: typeof subject.$inferSelect): Subject {
  const { environmentId: _, ...facts } = row;
  return facts;
}

/** Whose some subjects ever were, each in order of time. */
export async function subjectHistories(
  db: Database,
  environmentId: EnvironmentId,
  names: readonly string[],
): Promise<Map<string, Subject[]>> {
  const rows = await db
    .select()
    .from(subject)
    .where(
      and(eq(subject.environmentId, environmentId), sql`${subject.subject} in (select value from json_each(${JSON.stringify(names)}))`),
    )
    .orderBy(asc(subject.subject), asc(subject.from))
    .limit(names.length * MOST_MOVES);
  return Map.groupBy(rows.map(readSubject), ({ subject }) => subject);
}

const SEPARATOR = "\n";

/** What a customer has and had, by name. */
export async function listSubjects(
  db: Database,
  environmentId: EnvironmentId,
  { customer, limit, after }: PageRequest & { readonly customer: Id<"customer"> },
): Promise<Page<Subject>> {
  const [name = "", from = ""] = after?.split(SEPARATOR) ?? [];
  const past = sql`(${subject.subject}, ${subject.from}) > (${name}, ${Number(from)})`;
  const rows = await db
    .select()
    .from(subject)
    .where(and(eq(subject.environmentId, environmentId), rare(eq(subject.customerId, customer)), after === null ? undefined : past))
    .orderBy(asc(subject.subject), asc(subject.from))
    .limit(limit + 1);
  const data = rows.slice(0, limit).map(readSubject);
  const last = data.at(-1);
  return { data, nextCursor: rows.length > limit && last !== undefined ? `${last.subject}${SEPARATOR}${last.from}` : null };
}

/** Begins a mapping, or writes down its end. */
export function saveSubject(db: Database, environmentId: EnvironmentId, saved: Subject): Write {
  const { to, customerId, customerKey, version } = saved;
  return db
    .insert(subject)
    .values({ ...saved, environmentId })
    .onConflictDoUpdate({
      target: [subject.environmentId, subject.subject, subject.from],
      set: { to, customerId, customerKey, version },
    });
}

/** What a name that an event carries leads to: the stretches of a subject, or the customer with this key or id. */
export type Address = Pick<Subject, "from" | "to" | "customerKey"> & { readonly name: string; readonly kind: "subject" | "customer" };

/** All that is known of some names, in one query. Cross joins look up each name; SQLite would rather read every customer. */
export async function findAddresses(db: Database, environmentId: EnvironmentId, names: readonly string[]): Promise<Address[]> {
  const list = JSON.stringify(names);
  return await db.all<Address>(sql`
    select name.value as name, 'subject' as kind, s.from_at as "from", s.to_at as "to", s.customer_key as customerKey
      from json_each(${list}) name cross join subject s on s.environment_id = ${environmentId} and s.subject = name.value
    union all
    select name.value, 'customer', 0, null, c.key
      from json_each(${list}) name cross join customer c on c.environment_id = ${environmentId} and c.key = name.value
    union all
    select name.value, 'customer', 0, null, c.key
      from json_each(${list}) name cross join customer c on c.environment_id = ${environmentId} and c.id = name.value`);
}

/** True when somebody has, had or will have this subject. */
export async function isSubject(db: Database, environmentId: EnvironmentId, name: string): Promise<boolean> {
  const rows = await db
    .select({ from: subject.from })
    .from(subject)
    .where(and(eq(subject.environmentId, environmentId), eq(subject.subject, name)))
    .limit(1);
  return rows.length === 1;
}
