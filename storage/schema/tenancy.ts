import { index, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Id } from "#domain/ids";
import { count, id, instant, json } from "#storage/schema/columns";

export const organization = sqliteTable("organization", {
  id: id("id", "organization").primaryKey(),
  name: text("name").notNull(),
  createdAt: instant("created_at").notNull(),
});

/** `clock_at` is null for live (the wall clock) and the standing clock of a sandbox. */
export const environment = sqliteTable(
  "environment",
  {
    id: id("id", "environment").primaryKey(),
    organizationId: id("organization_id", "organization").notNull(),
    kind: text("kind", { enum: ["live", "sandbox"] }).notNull(),
    key: text("key").notNull(),
    name: text("name").notNull(),
    clockAt: instant("clock_at"),
    /** While set and in the future (wall clock), one invocation is advancing this clock. */
    clockLockedUntil: instant("clock_locked_until"),
    catalogVersion: count("catalog_version").notNull(),
    createdAt: instant("created_at").notNull(),
    version: count("version").notNull(),
  },
  (table) => [
    uniqueIndex("environment_key").on(table.organizationId, table.key),
    index("environment_by_organization").on(table.organizationId, table.id),
  ],
);

/** A legal seller. Every environment begins with one; `series` numbers its invoices without gaps. */
export const billingEntity = sqliteTable(
  "billing_entity",
  {
    environmentId: id("environment_id", "environment").notNull(),
    id: id("id", "billing_entity").notNull(),
    name: text("name").notNull(),
    email: text("email"),
    address: json<Record<string, string | null>>("address"),
    timeZone: text("time_zone").notNull(),
    invoicePrefix: text("invoice_prefix").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] })],
);

export const numberSeries = sqliteTable(
  "number_series",
  {
    environmentId: id("environment_id", "environment").notNull(),
    billingEntityId: id("billing_entity_id", "billing_entity").notNull(),
    series: text("series").notNull(),
    nextNumber: count("next_number").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.billingEntityId, table.series] })],
);

/** `hash` is the SHA-256 of the key in hex; the key itself is shown once and never stored. */
export const apiKey = sqliteTable(
  "api_key",
  {
    environmentId: id("environment_id", "environment").notNull(),
    id: id("id", "api_key").notNull(),
    hash: text("hash").notNull(),
    name: text("name").notNull(),
    lastFour: text("last_four").notNull(),
    scopes: json<readonly string[]>("scopes").notNull(),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at"),
    revokedAt: instant("revoked_at"),
    version: count("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] }), uniqueIndex("api_key_hash").on(table.hash)],
);

/** Whose `Idempotency-Key` it is: an environment's, or the operator's, who calls before there is one. */
export type AnswerScope = Id<"environment"> | "operator";

/** An answer already given to an `Idempotency-Key`; written in the batch of the effect it answers. */
export const idempotency = sqliteTable(
  "idempotency",
  {
    scope: text("environment_id").$type<AnswerScope>().notNull(),
    route: text("route").notNull(),
    key: text("key").notNull(),
    requestHash: text("request_hash").notNull(),
    status: count("status").notNull(),
    body: text("body").notNull(),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.scope, table.route, table.key] }), index("idempotency_expiry").on(table.expiresAt)],
);
