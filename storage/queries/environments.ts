import { and, eq, isNotNull, isNull, lt, or, sql } from "drizzle-orm";
import { present } from "#domain/assert";
import type { Id } from "#domain/ids";
import type { Actor } from "#domain/tenancy/actor";
import type { Environment } from "#domain/tenancy/environment";
import type { Instant } from "#domain/time/instant";
import type { Database, Write } from "#storage/database";
import { usableKeyId } from "#storage/queries/usable-key";
import { billingEntity, environment, numberSeries, organization } from "#storage/schema/tenancy";

type Row = typeof environment.$inferSelect;
export type BillingEntity = typeof billingEntity.$inferSelect;

export function readEnvironment(row: Row): Environment {
  const facts = {
    id: row.id,
    organizationId: row.organizationId,
    key: row.key,
    name: row.name,
    catalogVersion: row.catalogVersion,
    version: row.version,
  };
  return row.kind === "live"
    ? { ...facts, kind: "live", clockAt: null }
    : { ...facts, kind: "sandbox", clockAt: present(row.clockAt, "sandbox clock") };
}

export async function findEnvironment(db: Database, id: Id<"environment">): Promise<Environment | null> {
  const [row] = await db.select().from(environment).where(eq(environment.id, id)).limit(1);
  return row === undefined ? null : readEnvironment(row);
}

/** The environments of an organization; at most 200. */
export async function listEnvironments(
  db: Database,
  organizationId: Id<"organization">,
): Promise<(Environment & { createdAt: Instant })[]> {
  const rows = await db.select().from(environment).where(eq(environment.organizationId, organizationId)).orderBy(environment.id).limit(200);
  return rows.map((row) => ({ ...readEnvironment(row), createdAt: row.createdAt }));
}

export function insertOrganization(db: Database, row: typeof organization.$inferInsert): Write {
  return db.insert(organization).values(row);
}

export async function organizationName(db: Database, id: Id<"organization">): Promise<string> {
  const [row] = await db.select({ name: organization.name }).from(organization).where(eq(organization.id, id)).limit(1);
  return present(row, `organization ${id}`).name;
}

export function insertEnvironment(db: Database, created: Environment, createdAt: Instant): Write {
  const { id, organizationId, kind, key, name, clockAt, catalogVersion, version } = created;
  return db
    .insert(environment)
    .values({ id, organizationId, kind, key, name, clockAt, clockLockedUntil: null, catalogVersion, createdAt, version });
}

export function insertBillingEntity(db: Database, row: typeof billingEntity.$inferInsert): Write[] {
  return [
    db.insert(billingEntity).values(row),
    db.insert(numberSeries).values({ environmentId: row.environmentId, billingEntityId: row.id, series: "invoice", nextNumber: 1 }),
  ];
}

/** The environment's seller: the first, and today the only one. */
export async function billingEntityOf(db: Database, environmentId: Id<"environment">): Promise<BillingEntity> {
  const [row] = await db
    .select()
    .from(billingEntity)
    .where(eq(billingEntity.environmentId, environmentId))
    .orderBy(billingEntity.id)
    .limit(1);
  return present(row, `billing entity of ${environmentId}`);
}

export async function nextInvoiceNumber(db: Database, environmentId: Id<"environment">, entity: Id<"billing_entity">): Promise<number> {
  const [row] = await db
    .select({ next: numberSeries.nextNumber })
    .from(numberSeries)
    .where(and(eq(numberSeries.environmentId, environmentId), eq(numberSeries.billingEntityId, entity), eq(numberSeries.series, "invoice")))
    .limit(1);
  return present(row, `invoice series of ${entity}`).next;
}

/** Takes number `n`, or fails the whole batch when it is not the next one (any more): a number is never given twice. */
export function takeInvoiceNumber(db: Database, environmentId: Id<"environment">, entity: Id<"billing_entity">, n: number): Write {
  return db
    .update(numberSeries)
    .set({ nextNumber: sql`case when next_number = ${n} then ${n + 1} end` })
    .where(
      and(eq(numberSeries.environmentId, environmentId), eq(numberSeries.billingEntityId, entity), eq(numberSeries.series, "invoice")),
    );
}

/** Something all ledgers share has changed. */
export function bumpCatalog(db: Database, environmentId: Id<"environment">): Write {
  return db
    .update(environment)
    .set({ catalogVersion: sql`catalog_version + 1` })
    .where(eq(environment.id, environmentId));
}

export function setClock(db: Database, environmentId: Id<"environment">, at: Instant): Write {
  return db
    .update(environment)
    .set({ clockAt: at })
    .where(and(eq(environment.id, environmentId), eq(environment.kind, "sandbox"), lt(environment.clockAt, at)));
}

/**
 * Takes the right to advance a clock until `until` (wall clock). False when another invocation has it, or when the key of
 * who asks may not write (any more).
 */
export async function lockClock(
  db: Database,
  environmentId: Id<"environment">,
  { actor, wall, until }: { readonly actor: Actor; readonly wall: Instant; readonly until: Instant },
): Promise<boolean> {
  const rows = await db
    .update(environment)
    .set({ clockLockedUntil: until })
    .where(
      and(
        eq(environment.id, environmentId),
        or(isNull(environment.clockLockedUntil), lt(environment.clockLockedUntil, wall)),
        actor.type === "system" ? undefined : isNotNull(usableKeyId(environmentId, actor.id, wall)),
      ),
    )
    .returning({ id: environment.id });
  return rows.length === 1;
}

export async function unlockClock(db: Database, environmentId: Id<"environment">, until: Instant): Promise<void> {
  await db
    .update(environment)
    .set({ clockLockedUntil: null })
    .where(and(eq(environment.id, environmentId), eq(environment.clockLockedUntil, until)));
}
