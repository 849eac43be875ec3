import { and, eq } from "drizzle-orm";
import { consumersOf } from "#actions/consumers";
import type { Context } from "#actions/context";
import { assert } from "#domain/assert";
import type { Due } from "#domain/due";
import type { DomainEvent } from "#domain/events";
import type { Id } from "#domain/ids";
import type { Currency } from "#domain/money/currency";
import { ok, refuse, type Result } from "#domain/result";
import type { CalendarDate } from "#domain/time/calendar-date";
import type { Write } from "#storage/database";
import { usableKeyId } from "#storage/queries/usable-key";
import { audit, due, event, mrrMovement, outbox } from "#storage/schema/events";
import { idempotency } from "#storage/schema/tenancy";

/** Who changed what, from which state to which; either side may be absent. Bigints are written as integers. */
export type AuditEntry = { readonly action: string; readonly subject: string; readonly before: unknown; readonly after: unknown };

/** A change of a subscription item's MRR level, in millionths of a minor unit (DESIGN: one ledger, integer identities). */
export type MovementEntry = {
  readonly customerId: Id<"customer">;
  readonly subscriptionId: Id<"subscription">;
  readonly planVersionId: Id<"plan_version">;
  readonly item: string;
  readonly type: string;
  readonly amount: bigint;
  readonly currency: Currency;
  readonly effectiveOn: CalendarDate;
};

/** Everything one decision changes. It happens whole or not at all. */
export type Change<T> = {
  /** What the caller gets, and what an `Idempotency-Key` will be answered with again. */
  readonly result: T;
  /** At least one: version n of a stream exists once, so two decisions over the same state cannot both commit. */
  readonly events: readonly [DomainEvent, ...DomainEvent[]];
  readonly writes: readonly Write[];
  readonly audit: readonly AuditEntry[];
  readonly movements?: readonly MovementEntry[];
  readonly dueAdded?: readonly Due[];
  readonly dueRemoved?: readonly Due[];
  /** Set where a later commit of the same action finishes what the outbox or due row asked for. */
  readonly unfinished?: boolean;
};

export type CommitProblem = "conflict" | "key_taken" | "key_revoked";

/** D1 refuses a value above 2 MB and says so only in production; what comes near it is a bug of ours. */
const VALUE_BYTES_MAX = 1_000_000;
const ANSWER_LIFETIME_MS = 30 * 86_400_000;
/** The relay sends at once; the sweeper takes over what is older. */
const SWEEP_AFTER_MS = 60_000;

/**
 * The only writer of D1: rows, events, outbox, audit, movements, due rows and the stored answer in one batch. A preview
 * stops here. `conflict` means another decision was first: load again and decide again.
 */
export async function commit<T>(context: Context, change: Change<T>): Promise<Result<T, CommitProblem>> {
  if (context.preview) return ok(change.result);
  const events = change.events.map((body) => ({ body, id: context.ids.next("event") }));
  const deliveries = change.events.flatMap((body) => deliveriesOf(context, body));
  const batch: Write[] = [
    ...events.map(({ body, id }) => eventWrite(context, body, id)),
    ...change.audit.map((entry) => auditWrite(context, entry)),
    ...change.writes,
    ...deliveries.map(({ write }) => write),
    ...(change.movements ?? []).map((entry) => movementWrite(context, entry)),
    ...(change.dueRemoved ?? []).map((row) => dueDelete(context, row)),
    ...(change.dueAdded ?? []).map((row) => dueInsert(context, row)),
    ...answerWrites(context, change.result),
    ...(change.unfinished ? [] : handledWrites(context)),
  ];
  for (const write of batch) assertBounded(write);
  const first = events[0];
  assert(first !== undefined, "a commit without an event has no version to lock");
  try {
    await context.db.batch(batch as [Write, ...Write[]]);
  } catch (error) {
    const refused = refusalOf(error);
    if (refused) return refused;
    // The batch may have committed although its answer was lost; the event's own row tells.
    if (!(await isRecorded(context, first.body, first.id))) throw error;
  }
  context.hurry(deliveries.map(({ id }) => id));
  return ok(change.result);
}

/** Says that an outbox or due row needs nothing (any more), when an action finds no change to make. `next` is due after it. */
export async function finishHandling(context: Context, next: readonly Due[] = []): Promise<void> {
  const [first, ...rest] = [...handledWrites(context), ...next.map((row) => dueInsert(context, row))];
  if (first && !context.preview) await context.db.batch([first, ...rest]);
}

/** Every builder can tell its values; the type of a batch's items does not say so. */
function assertBounded(write: Write): void {
  const { sql, params } = (write as unknown as { toSQL(): { sql: string; params: readonly unknown[] } }).toSQL();
  for (const value of params) {
    if (typeof value !== "string" || value.length * 3 <= VALUE_BYTES_MAX) continue;
    const bytes = new TextEncoder().encode(value).length;
    assert(bytes <= VALUE_BYTES_MAX, `a value of ${bytes} bytes in: ${sql.slice(0, 100)}`);
  }
}

function eventWrite(context: Context, body: DomainEvent, id: Id<"event">): Write {
  return context.db.insert(event).values({
    environmentId: context.environment.id,
    stream: body.stream,
    version: body.version,
    id,
    type: body.type,
    data: body.data,
    occurredAt: context.clock.now(),
    recordedAt: context.clock.wall(),
  });
}

function deliveriesOf(context: Context, body: DomainEvent): { id: Id<"outbox">; write: Write }[] {
  return (consumersOf[body.type] ?? []).map((consumer) => {
    const id = context.ids.next("outbox");
    const write = context.db.insert(outbox).values({
      id,
      environmentId: context.environment.id,
      consumer,
      stream: body.stream,
      version: body.version,
      createdAt: context.clock.wall(),
      nextAttemptAt: context.clock.wall() + SWEEP_AFTER_MS,
      attempts: 0,
      lastError: null,
      deadAt: null,
    });
    return { id, write };
  });
}

/** The actor of a key is read back from the live key row: a key revoked a moment ago fails the whole batch. */
function auditWrite(context: Context, entry: AuditEntry): Write {
  const { actor } = context;
  const wall = context.clock.wall();
  const actorId = actor.type === "system" ? actor.id : usableKeyId(context.environment.id, actor.id, wall);
  return context.db.insert(audit).values({
    environmentId: context.environment.id,
    id: context.ids.next("audit"),
    actorType: actor.type,
    actorId,
    action: entry.action,
    subject: entry.subject,
    before: snapshot(entry.before),
    after: snapshot(entry.after),
    requestId: context.requestId,
    recordedAt: wall,
  });
}

function snapshot(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
}

function movementWrite(context: Context, entry: MovementEntry): Write {
  return context.db.insert(mrrMovement).values({
    ...entry,
    environmentId: context.environment.id,
    id: context.ids.next("movement"),
    recordedAt: context.clock.now(),
  });
}

function dueInsert(context: Context, row: Due): Write {
  return context.db
    .insert(due)
    .values({
      environmentId: context.environment.id,
      dueAt: row.at,
      kind: row.kind,
      subject: row.subject,
      attempts: 0,
      lastError: null,
      parkedAt: null,
    })
    .onConflictDoNothing();
}

function dueDelete(context: Context, row: Due): Write {
  return context.db
    .delete(due)
    .where(and(eq(due.environmentId, context.environment.id), eq(due.dueAt, row.at), eq(due.kind, row.kind), eq(due.subject, row.subject)));
}

function answerWrites(context: Context, result: unknown): Write[] {
  if (context.request === null) return [];
  const { scope, route, key, requestHash, answer } = context.request;
  const { status, body } = answer(result);
  const createdAt = context.clock.wall();
  return [
    context.db.insert(idempotency).values({
      scope,
      route,
      key,
      requestHash,
      status,
      body,
      createdAt,
      expiresAt: createdAt + ANSWER_LIFETIME_MS,
    }),
  ];
}

function handledWrites(context: Context): Write[] {
  if (context.handling === null) return [];
  if ("due" in context.handling) return [dueDelete(context, context.handling.due)];
  return [context.db.delete(outbox).where(eq(outbox.id, context.handling.outbox))];
}

/** Only constraints that mean something to the caller are refusals; any other failure is thrown on. */
function refusalOf(error: unknown): { ok: false; error: { code: CommitProblem; detail: string } } | null {
  const message = messages(error);
  if (
    /UNIQUE constraint failed: (event|idempotency|billed)\./.test(message) ||
    message.includes("NOT NULL constraint failed: number_series.next_number") ||
    /UNIQUE constraint failed: invoice\.environment_id, invoice\.(subscription_id|billing_entity_id)/.test(message)
  ) {
    return refuse("conflict", "Something else changed this at the same moment. Nothing was done; try again.");
  }
  if (message.includes("NOT NULL constraint failed: audit.actor_id")) {
    return refuse("key_revoked", "The API key has been revoked or has expired.");
  }
  if (/UNIQUE constraint failed: (meter|feature|product|plan|customer|environment)\./.test(message)) {
    return refuse("key_taken", "An object with this key exists already.");
  }
  return null;
}

function messages(error: unknown): string {
  return error instanceof Error ? `${error.message} ${error.cause === undefined ? "" : messages(error.cause)}` : String(error);
}

async function isRecorded(context: Context, body: DomainEvent, id: Id<"event">): Promise<boolean> {
  const rows = await context.db
    .select({ id: event.id })
    .from(event)
    .where(and(eq(event.environmentId, context.environment.id), eq(event.stream, body.stream), eq(event.version, body.version)))
    .limit(1);
  return rows[0]?.id === id;
}
