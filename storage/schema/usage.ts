import { index, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { count, id, instant, json } from "#storage/schema/columns";

/** What a customer's ledger could not match yet, as it last reported it. */
export const unmatchedUsage = sqliteTable(
  "unmatched_usage",
  {
    environmentId: id("environment_id", "environment").notNull(),
    customerKey: text("customer_key").notNull(),
    reason: text("reason", { enum: ["customer", "type", "value"] }).notNull(),
    eventType: text("event_type").notNull(),
    count: count("count").notNull(),
    firstAt: instant("first_at").notNull(),
    lastAt: instant("last_at").notNull(),
    /** Why the right ledger would not take them when their customer became known, such as `event_too_old`. */
    refusal: text("refusal"),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.customerKey, table.reason, table.eventType] }),
    index("unmatched_usage_by_type").on(table.environmentId, table.eventType, table.customerKey, table.reason),
  ],
);

/** The event catalogue: every type that ever arrived. */
export const eventType = sqliteTable(
  "event_type",
  {
    environmentId: id("environment_id", "environment").notNull(),
    type: text("type").notNull(),
    firstAt: instant("first_at").notNull(),
    lastAt: instant("last_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.type] })],
);

/** A kind of value that a property of a type was seen with. */
export const eventProperty = sqliteTable(
  "event_property",
  {
    environmentId: id("environment_id", "environment").notNull(),
    eventType: text("event_type").notNull(),
    property: text("property").notNull(),
    kind: text("kind").notNull(),
    firstAt: instant("first_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.eventType, table.property, table.kind] })],
);

/** Every ledger that has usage, so that one can be found without asking all. `swept_at` is the wall clock. */
export const usageLedger = sqliteTable(
  "usage_ledger",
  {
    environmentId: id("environment_id", "environment").notNull(),
    customerKey: text("customer_key").notNull(),
    firstAt: instant("first_at").notNull(),
    sweptAt: instant("swept_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.customerKey] }),
    index("usage_ledger_swept").on(table.sweptAt),
    index("usage_ledger_swept_in_environment").on(table.environmentId, table.sweptAt),
  ],
);

/** An hour of one meter, group and customer: the ledger's own state, absolute, so that writing it twice changes nothing. */
export const usageRollup = sqliteTable(
  "usage_rollup",
  {
    environmentId: id("environment_id", "environment").notNull(),
    meter: text("meter").notNull(),
    hour: instant("hour").notNull(),
    customerKey: text("customer_key").notNull(),
    /** The group's values by dimension, as JSON with sorted names. */
    group: text("group_key").notNull(),
    state: text("state").notNull(),
    version: count("version").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.meter, table.hour, table.customerKey, table.group] }),
    index("usage_rollup_by_customer").on(table.environmentId, table.customerKey),
  ],
);

export type ArchivedObject = {
  readonly key: string;
  readonly events: number;
  readonly bytes: number;
  /** Of the object as it lies there, compressed; in hex. */
  readonly sha256: string;
};

/** How far the archive of a month has come. `next` is the page to go on with; `objects` are written and read back. */
export const usageArchive = sqliteTable(
  "usage_archive",
  {
    environmentId: id("environment_id", "environment").notNull(),
    customerKey: text("customer_key").notNull(),
    month: text("month").notNull(),
    state: text("state", { enum: ["writing", "written", "archived", "restoring", "restored"] }).notNull(),
    next: count("next"),
    objects: json<readonly ArchivedObject[]>("objects").notNull(),
    events: count("events").notNull(),
    sums: json<Readonly<Record<string, string>>>("sums").notNull(),
    sha256: text("sha256"),
    /** Objects brought back so far, while restoring. */
    restored: count("restored").notNull(),
    changedAt: instant("changed_at").notNull(),
    version: count("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.customerKey, table.month] })],
);
