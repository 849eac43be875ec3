import { primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { LatePolicy, Meter } from "#domain/catalog/meter";
import type { Interval } from "#domain/time/cadence";
import { count, currency, id, instant, json } from "#storage/schema/columns";
import type { StoredTerms } from "#domain/catalog/stored-terms";

export const meter = sqliteTable(
  "meter",
  {
    environmentId: id("environment_id", "environment").notNull(),
    id: id("id", "meter").notNull(),
    key: text("key").notNull(),
    name: text("name").notNull(),
    eventType: text("event_type").notNull(),
    /** Every definition there ever was, in order of its `from`; none is edited. */
    definitions: json<Meter["definitions"]>("definitions").notNull(),
    unit: text("unit"),
    displayScale: count("display_scale"),
    late: text("late").$type<LatePolicy>().notNull(),
    archivedAt: instant("archived_at"),
    createdAt: instant("created_at").notNull(),
    version: count("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] }), uniqueIndex("meter_key").on(table.environmentId, table.key)],
);

export const feature = sqliteTable(
  "feature",
  {
    environmentId: id("environment_id", "environment").notNull(),
    id: id("id", "feature").notNull(),
    key: text("key").notNull(),
    name: text("name").notNull(),
    type: text("type", { enum: ["boolean", "static", "metered"] }).notNull(),
    meterKey: text("meter_key"),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] }), uniqueIndex("feature_key").on(table.environmentId, table.key)],
);

export const product = sqliteTable(
  "product",
  {
    environmentId: id("environment_id", "environment").notNull(),
    id: id("id", "product").notNull(),
    key: text("key").notNull(),
    name: text("name").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] }), uniqueIndex("product_key").on(table.environmentId, table.key)],
);

export const plan = sqliteTable(
  "plan",
  {
    environmentId: id("environment_id", "environment").notNull(),
    id: id("id", "plan").notNull(),
    key: text("key").notNull(),
    name: text("name").notNull(),
    createdAt: instant("created_at").notNull(),
    version: count("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] }), uniqueIndex("plan_key").on(table.environmentId, table.key)],
);

/** Published versions are immutable; `terms` holds prices and entitlements with every decimal as text. */
export const planVersion = sqliteTable(
  "plan_version",
  {
    environmentId: id("environment_id", "environment").notNull(),
    id: id("id", "plan_version").notNull(),
    planId: id("plan_id", "plan").notNull(),
    number: count("number").notNull(),
    currency: currency("currency").notNull(),
    interval: json<Interval>("interval").notNull(),
    terms: json<StoredTerms>("terms").notNull(),
    publishedAt: instant("published_at"),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.id] }),
    uniqueIndex("plan_version_number").on(table.environmentId, table.planId, table.number),
  ],
);
