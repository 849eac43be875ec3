import { index, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { BackfillPlace } from "#domain/metering/backfill";
import { count, id, instant, json } from "#storage/schema/columns";

/** Usage of the past that is loaded unseen and put in force at once. */
export const backfill = sqliteTable(
  "backfill",
  {
    environmentId: id("environment_id", "environment").notNull(),
    id: id("id", "backfill").notNull(),
    status: text("status", { enum: ["open", "closing", "closed", "reverting", "reverted"] }).notNull(),
    mode: text("mode", { enum: ["replace", "add"] }).notNull(),
    fromAt: instant("from_at").notNull(),
    toAt: instant("to_at").notNull(),
    types: json<readonly string[]>("types"),
    customers: json<readonly string[]>("customers"),
    /** How far closing or reverting has come; null while neither is under way. */
    place: json<BackfillPlace>("place"),
    openedAt: instant("opened_at").notNull(),
    closedAt: instant("closed_at"),
    revertedAt: instant("reverted_at"),
    version: count("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] })],
);

/** A ledger that a backfill concerns: written before the first event is loaded into it, so that none is forgotten. */
export const backfillCustomer = sqliteTable(
  "backfill_customer",
  {
    environmentId: id("environment_id", "environment").notNull(),
    backfillId: id("backfill_id", "backfill").notNull(),
    customerKey: text("customer_key").notNull(),
    state: text("state", { enum: ["loaded", "closed", "reverted"] }).notNull(),
    /** Events accepted into it. */
    loaded: count("loaded").notNull(),
    added: count("added").notNull(),
    superseded: count("superseded").notNull(),
    /** Why the ledger refused the last try, if it did. */
    refusedCode: text("refused_code"),
    refusedDetail: text("refused_detail"),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.backfillId, table.customerKey] }),
    index("backfill_customer_by_state").on(table.environmentId, table.backfillId, table.state, table.customerKey),
  ],
);
