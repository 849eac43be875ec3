import { index, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Address } from "#domain/customers/customer";
import type { Subscription } from "#domain/subscriptions/subscription";
import { count, currency, id, instant, json, zone } from "#storage/schema/columns";

export const customer = sqliteTable(
  "customer",
  {
    environmentId: id("environment_id", "environment").notNull(),
    id: id("id", "customer").notNull(),
    key: text("key").notNull(),
    name: text("name").notNull(),
    email: text("email"),
    currency: currency("currency"),
    timeZone: zone("time_zone").notNull(),
    region: text("region"),
    billingAddress: json<Address>("billing_address"),
    contractVersion: count("contract_version").notNull(),
    createdAt: instant("created_at").notNull(),
    version: count("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] }), uniqueIndex("customer_key").on(table.environmentId, table.key)],
);

/** Whose usage a subject's events are, by event time. A subject has at most one customer at any instant. */
export const subject = sqliteTable(
  "subject",
  {
    environmentId: id("environment_id", "environment").notNull(),
    subject: text("subject").notNull(),
    from: instant("from_at").notNull(),
    to: instant("to_at"),
    customerId: id("customer_id", "customer").notNull(),
    customerKey: text("customer_key").notNull(),
    version: count("version").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.subject, table.from] }),
    index("subject_by_customer").on(table.environmentId, table.customerId, table.subject, table.from),
  ],
);

/** `revisions` is the whole history of terms; every bill is computed from it. */
export const subscription = sqliteTable(
  "subscription",
  {
    environmentId: id("environment_id", "environment").notNull(),
    id: id("id", "subscription").notNull(),
    customerId: id("customer_id", "customer").notNull(),
    customerKey: text("customer_key").notNull(),
    status: text("status", { enum: ["scheduled", "active", "canceled"] }).notNull(),
    currency: currency("currency").notNull(),
    zone: zone("zone").notNull(),
    startAt: instant("start_at").notNull(),
    endAt: instant("end_at"),
    revisions: json<Subscription["revisions"]>("revisions").notNull(),
    billedThrough: instant("billed_through").notNull(),
    unsettledFrom: instant("unsettled_from").notNull(),
    createdAt: instant("created_at").notNull(),
    version: count("version").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.id] }),
    index("subscription_by_customer").on(table.environmentId, table.customerId, table.id),
  ],
);
