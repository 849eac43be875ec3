import { and, desc, eq, gt, inArray, sql } from "drizzle-orm";
import type { Feature } from "#domain/catalog/feature";
import type { Meter } from "#domain/catalog/meter";
import type { PlanVersion } from "#domain/catalog/plan";
import type { Product } from "#domain/catalog/product";
import { assert, present } from "#domain/assert";
import { type Id, isId } from "#domain/ids";
import type { Instant } from "#domain/time/instant";
import type { Database, Write } from "#storage/database";
import { type Page, pageOf, type PageRequest } from "#storage/page";
import { feature, meter, plan, planVersion, product } from "#storage/schema/catalog";
import { readTerms, storeTerms } from "#domain/catalog/stored-terms";

/** Ledgers hold the whole catalog of an environment, so it is bounded. */
export const MOST_OF_A_KIND = 1_000;

type EnvironmentId = Id<"environment">;

function readMeter(row: typeof meter.$inferSelect): Meter {
  const { environmentId: _, createdAt: __, ...facts } = row;
  return facts;
}

const readFeature = ({ id, key, name, type, meterKey }: typeof feature.$inferSelect): Feature =>
  type === "metered" ? { id, key, name, type, meter: present(meterKey, `meter of feature ${key}`) } : { id, key, name, type };

const readProduct = ({ id, key, name }: typeof product.$inferSelect): Product => ({ id, key, name });

export async function allMeters(db: Database, environmentId: EnvironmentId): Promise<Meter[]> {
  const rows = await db
    .select()
    .from(meter)
    .where(eq(meter.environmentId, environmentId))
    .orderBy(meter.id)
    .limit(MOST_OF_A_KIND + 1);
  assert(rows.length <= MOST_OF_A_KIND, `environment ${environmentId} has more than ${MOST_OF_A_KIND} meters`);
  return rows.map(readMeter);
}

export async function allFeatures(db: Database, environmentId: EnvironmentId): Promise<Feature[]> {
  const rows = await db
    .select()
    .from(feature)
    .where(eq(feature.environmentId, environmentId))
    .orderBy(feature.id)
    .limit(MOST_OF_A_KIND + 1);
  assert(rows.length <= MOST_OF_A_KIND, `environment ${environmentId} has more than ${MOST_OF_A_KIND} features`);
  return rows.map(readFeature);
}

export async function allProducts(db: Database, environmentId: EnvironmentId): Promise<Product[]> {
  const rows = await db.select().from(product).where(eq(product.environmentId, environmentId)).orderBy(product.id).limit(MOST_OF_A_KIND);
  return rows.map(readProduct);
}

export async function findMeter(db: Database, environmentId: EnvironmentId, idOrKey: string): Promise<Meter | null> {
  const place = isId("meter", idOrKey) ? eq(meter.id, idOrKey) : eq(meter.key, idOrKey);
  const [row] = await db
    .select()
    .from(meter)
    .where(and(eq(meter.environmentId, environmentId), place))
    .limit(1);
  return row === undefined ? null : readMeter(row);
}

export async function listMeters(db: Database, environmentId: EnvironmentId, { limit, after }: PageRequest): Promise<Page<Meter>> {
  const from = after === null ? undefined : gt(meter.id, after as Id<"meter">);
  const rows = await db
    .select()
    .from(meter)
    .where(and(eq(meter.environmentId, environmentId), from))
    .orderBy(meter.id)
    .limit(limit + 1);
  return pageOf(rows, limit, readMeter);
}

export async function listFeatures(db: Database, environmentId: EnvironmentId, { limit, after }: PageRequest): Promise<Page<Feature>> {
  const from = after === null ? undefined : gt(feature.id, after as Id<"feature">);
  const rows = await db
    .select()
    .from(feature)
    .where(and(eq(feature.environmentId, environmentId), from))
    .orderBy(feature.id)
    .limit(limit + 1);
  return pageOf(rows, limit, readFeature);
}

export async function listProducts(db: Database, environmentId: EnvironmentId, { limit, after }: PageRequest): Promise<Page<Product>> {
  const from = after === null ? undefined : gt(product.id, after as Id<"product">);
  const rows = await db
    .select()
    .from(product)
    .where(and(eq(product.environmentId, environmentId), from))
    .orderBy(product.id)
    .limit(limit + 1);
  return pageOf(rows, limit, readProduct);
}

export function insertMeter(db: Database, environmentId: EnvironmentId, created: Meter, createdAt: Instant): Write {
  return db.insert(meter).values({ ...created, environmentId, createdAt });
}

/** Overwrites what a meter is; its identity and kind stay. */
export function saveMeter(db: Database, environmentId: EnvironmentId, changed: Meter): Write {
  const { id, name, definitions, unit, displayScale, late, archivedAt, version } = changed;
  return db
    .update(meter)
    .set({ name, definitions, unit, displayScale, late, archivedAt, version })
    .where(and(eq(meter.environmentId, environmentId), eq(meter.id, id)));
}

/** What counts by a meter: a plan version that prices by it, or a feature. At most one of each is named. */
export async function usersOfMeter(db: Database, environmentId: EnvironmentId, key: string): Promise<string[]> {
  const pricesByIt = sql`exists (select 1 from json_each(${planVersion.terms}, '$.prices') where value ->> 'meter' = ${key})`;
  const [plans, features] = await Promise.all([
    db
      .select({ key: plan.key })
      .from(planVersion)
      .innerJoin(plan, and(eq(plan.environmentId, planVersion.environmentId), eq(plan.id, planVersion.planId)))
      .where(and(eq(planVersion.environmentId, environmentId), pricesByIt))
      .limit(1),
    db
      .select({ key: feature.key })
      .from(feature)
      .where(and(eq(feature.environmentId, environmentId), eq(feature.meterKey, key)))
      .limit(1),
  ]);
  return [...plans.map((found) => `plan ${found.key}`), ...features.map((found) => `feature ${found.key}`)];
}

/** The meters that read events of these types. */
export async function metersOfTypes(db: Database, environmentId: EnvironmentId, types: readonly string[]): Promise<Meter[]> {
  const rows = await db
    .select()
    .from(meter)
    .where(and(eq(meter.environmentId, environmentId), sql`${meter.eventType} in (select value from json_each(${JSON.stringify(types)}))`))
    .orderBy(meter.id)
    .limit(MOST_OF_A_KIND);
  return rows.map(readMeter);
}

export function insertFeature(db: Database, environmentId: EnvironmentId, created: Feature, createdAt: Instant): Write {
  const { id, key, name, type } = created;
  return db
    .insert(feature)
    .values({ environmentId, id, key, name, type, meterKey: created.type === "metered" ? created.meter : null, createdAt });
}

export function insertProduct(db: Database, environmentId: EnvironmentId, created: Product, createdAt: Instant): Write {
  return db.insert(product).values({ ...created, environmentId, createdAt });
}

export type StoredPlan = { readonly version: PlanVersion; readonly planStreamVersion: number };

export function readPlanVersion(row: {
  plan: Pick<typeof plan.$inferSelect, "id" | "key" | "name">;
  plan_version: typeof planVersion.$inferSelect;
}): PlanVersion {
  const { plan: owner, plan_version: version } = row;
  const facts = {
    id: version.id,
    planId: owner.id,
    planKey: owner.key,
    planName: owner.name,
    number: version.number,
    currency: version.currency,
    interval: version.interval,
    ...readTerms(version.terms),
  };
  return version.publishedAt === null ? { ...facts, status: "draft" } : { ...facts, status: "published", publishedAt: version.publishedAt };
}

/** The latest version of a plan, with the version of the plan's stream. */
export async function findPlan(db: Database, environmentId: EnvironmentId, idOrKey: string): Promise<StoredPlan | null> {
  const place = isId("plan", idOrKey) ? eq(plan.id, idOrKey) : eq(plan.key, idOrKey);
  const [row] = await db
    .select()
    .from(plan)
    .innerJoin(planVersion, and(eq(planVersion.environmentId, plan.environmentId), eq(planVersion.planId, plan.id)))
    .where(and(eq(plan.environmentId, environmentId), place))
    .orderBy(desc(planVersion.number))
    .limit(1);
  return row === undefined ? null : { version: readPlanVersion(row), planStreamVersion: row.plan.version };
}

/** Plans with their versions, newest version of each only. */
export async function listPlans(db: Database, environmentId: EnvironmentId, { limit, after }: PageRequest): Promise<Page<PlanVersion>> {
  const from = after === null ? undefined : gt(plan.id, after as Id<"plan">);
  const plans = await db
    .select()
    .from(plan)
    .where(and(eq(plan.environmentId, environmentId), from))
    .orderBy(plan.id)
    .limit(limit + 1);
  const page = pageOf(plans, limit, (row) => row);
  const versions = await versionsWhere(
    db,
    environmentId,
    page.data.map(({ id }) => id),
  );
  return { data: versions, nextCursor: page.nextCursor };
}

async function versionsWhere(db: Database, environmentId: EnvironmentId, plans: readonly Id<"plan">[]): Promise<PlanVersion[]> {
  if (plans.length === 0) return [];
  const rows = await db
    .select()
    .from(plan)
    .innerJoin(planVersion, and(eq(planVersion.environmentId, plan.environmentId), eq(planVersion.planId, plan.id)))
    .where(and(eq(plan.environmentId, environmentId), inArray(plan.id, [...plans])))
    .orderBy(plan.id, desc(planVersion.number));
  return rows.filter((row, index) => rows[index - 1]?.plan.id !== row.plan.id).map(readPlanVersion);
}

/** Plan versions by id; missing ones are left out. At most 90 at once (D1 binds 100 values a statement). */
export async function planVersionsById(
  db: Database,
  environmentId: EnvironmentId,
  ids: readonly Id<"plan_version">[],
): Promise<Map<Id<"plan_version">, PlanVersion>> {
  const unique = [...new Set(ids)];
  assert(unique.length <= 90, `too many plan versions at once: ${unique.length}`);
  if (unique.length === 0) return new Map();
  const rows = await db
    .select()
    .from(planVersion)
    .innerJoin(plan, and(eq(plan.environmentId, planVersion.environmentId), eq(plan.id, planVersion.planId)))
    .where(and(eq(planVersion.environmentId, environmentId), inArray(planVersion.id, unique)));
  return new Map(rows.map((row) => [row.plan_version.id, readPlanVersion(row)]));
}

export function insertPlan(db: Database, environmentId: EnvironmentId, created: PlanVersion, createdAt: Instant): Write[] {
  const { id, planId, planKey, planName, number, currency, interval, prices, entitlements } = created;
  return [
    db.insert(plan).values({ environmentId, id: planId, key: planKey, name: planName, createdAt, version: 1 }),
    db.insert(planVersion).values({
      environmentId,
      id,
      planId,
      number,
      currency,
      interval,
      terms: storeTerms(prices, entitlements),
      publishedAt: null,
      createdAt,
    }),
  ];
}

export function savePublication(
  db: Database,
  environmentId: EnvironmentId,
  version: PlanVersion & { status: "published" },
  streamVersion: number,
): Write[] {
  return [
    db
      .update(planVersion)
      .set({ publishedAt: version.publishedAt })
      .where(and(eq(planVersion.environmentId, environmentId), eq(planVersion.id, version.id))),
    db
      .update(plan)
      .set({ version: streamVersion })
      .where(and(eq(plan.environmentId, environmentId), eq(plan.id, version.planId))),
  ];
}
