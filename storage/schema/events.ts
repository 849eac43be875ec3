import { sql } from "drizzle-orm";
import { index, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { EventBody } from "#domain/events";
import { amount, count, currency, id, instant, json } from "#storage/schema/columns";

/** The append-only log of facts. Its key is the optimistic lock: version n of a stream can be written once. */
export const event = sqliteTable(
  "event",
  {
    environmentId: id("environment_id", "environment").notNull(),
    stream: text("stream").notNull(),
    version: count("version").notNull(),
    id: id("id", "event").notNull(),
    type: text("type").$type<EventBody["type"]>().notNull(),
    data: json<EventBody["data"]>("data").notNull(),
    occurredAt: instant("occurred_at").notNull(),
    recordedAt: instant("recorded_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.stream, table.version] }),
    index("event_by_id").on(table.environmentId, table.id),
  ],
);

/** One row per event and consumer. The consumer deletes it in the batch that makes its effect; the queue only hurries. */
export const outbox = sqliteTable(
  "outbox",
  {
    id: id("id", "outbox").primaryKey(),
    environmentId: id("environment_id", "environment").notNull(),
    consumer: text("consumer").notNull(),
    stream: text("stream").notNull(),
    version: count("version").notNull(),
    /** Wall clock: delivery is technical, not business. */
    createdAt: instant("created_at").notNull(),
    nextAttemptAt: instant("next_attempt_at").notNull(),
    attempts: count("attempts").notNull(),
    lastError: text("last_error"),
    deadAt: instant("dead_at"),
  },
  (table) => [
    index("outbox_waiting").on(table.deadAt, table.nextAttemptAt),
    index("outbox_by_environment").on(table.environmentId, table.id),
    index("outbox_dead")
      .on(table.environmentId, table.id)
      .where(sql`dead_at is not null`),
  ],
);

/** Everything dated that somebody must act on; drained in (due_at, kind, subject) order by cron and by the sandbox clock. */
export const due = sqliteTable(
  "due",
  {
    environmentId: id("environment_id", "environment").notNull(),
    dueAt: instant("due_at").notNull(),
    kind: text("kind").notNull(),
    subject: text("subject").notNull(),
    attempts: count("attempts").notNull(),
    lastError: text("last_error"),
    /** Set when acting failed too often: the row is skipped, shown and replayable; the subject's other rows go on. */
    parkedAt: instant("parked_at"),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.dueAt, table.kind, table.subject] }),
    index("due_waiting").on(table.parkedAt, table.dueAt, table.kind, table.subject),
    index("due_parked")
      .on(table.environmentId, table.dueAt, table.kind, table.subject)
      .where(sql`parked_at is not null`),
  ],
);

/** Who did what, kept together by what it was done to. `actor_id` is read from the live key inside the batch, so a revoked key cannot write. */
export const audit = sqliteTable(
  "audit",
  {
    environmentId: id("environment_id", "environment").notNull(),
    id: id("id", "audit").notNull(),
    actorType: text("actor_type").notNull(),
    actorId: text("actor_id").notNull(),
    action: text("action").notNull(),
    subject: text("subject").notNull(),
    before: text("before"),
    after: text("after"),
    requestId: text("request_id").notNull(),
    recordedAt: instant("recorded_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.subject, table.id] })],
);

/** MRR movements by subscription, in millionths of a minor unit, written by the commit that causes them. */
export const mrrMovement = sqliteTable(
  "mrr_movement",
  {
    environmentId: id("environment_id", "environment").notNull(),
    id: id("id", "movement").notNull(),
    customerId: id("customer_id", "customer").notNull(),
    subscriptionId: id("subscription_id", "subscription").notNull(),
    planVersionId: id("plan_version_id", "plan_version").notNull(),
    item: text("item").notNull(),
    type: text("type").notNull(),
    amount: amount("amount").notNull(),
    currency: currency("currency").notNull(),
    effectiveOn: text("effective_on").notNull(),
    recordedAt: instant("recorded_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.subscriptionId, table.id] })],
);
