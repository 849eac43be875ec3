import { commit } from "#actions/commit";
import { clockOf, type Context } from "#actions/context";
import { actOnDue } from "#actions/drain-due";
import { drainOutbox } from "#actions/drain-outbox";
import { drainAllRollups } from "#actions/usage/sweep-rollups";
import { present } from "#domain/assert";
import { refuse, type Result } from "#domain/result";
import { isUsable } from "#domain/tenancy/api-key";
import { canAdvance, type Environment } from "#domain/tenancy/environment";
import type { Instant } from "#domain/time/instant";
import { findApiKey } from "#storage/queries/api-keys";
import { nextDue } from "#storage/queries/due";
import { streamVersion } from "#storage/queries/event-streams";
import { findEnvironment, lockClock, setClock, unlockClock } from "#storage/queries/environments";

export type Advanced = { readonly now: Instant; readonly done: boolean };

/** One call acts on so many due rows, or for so long; the same call again goes on. */
const ROWS_A_CALL = 150;
const DELIVERIES_A_CALL = 2_000;
const WALL_A_CALL_MS = 10_000;
const LOCK_MS = 60_000;

/**
 * Moves a sandbox's clock to `to` as time would: everything due on the way is acted on in order, each at its own instant,
 * with all that follows from it. Answers `done: false` when there is more to do than fits in one call.
 */
export async function advanceClock(context: Context, input: { readonly to: Instant }): Promise<Result<Advanced>> {
  const { db, clock } = context;
  const environment = present(await findEnvironment(db, context.environment.id), "environment");
  const allowed = canAdvance(environment, input.to);
  if (!allowed.ok) return allowed;
  const until = clock.wall() + LOCK_MS;
  if (!(await lockClock(db, environment.id, { actor: context.actor, wall: clock.wall(), until }))) return refusal(context);
  try {
    return await advance(context, environment, input.to);
  } finally {
    await unlockClock(db, environment.id, until);
  }
}

/** Why the clock could not be locked. */
async function refusal({ db, environment, actor, clock }: Context): Promise<Result<never>> {
  const key = actor.type === "api_key" ? await findApiKey(db, environment.id, actor.id) : null;
  if (key !== null && !isUsable(key, clock.wall())) return refuse("key_revoked", "The API key has been revoked or has expired.");
  return refuse("clock_locked", "Another call is advancing this clock.");
}

async function advance(context: Context, start: Environment, to: Instant): Promise<Result<Advanced>> {
  const until = context.clock.wall() + WALL_A_CALL_MS;
  let environment = start;
  const failures = new Set<string>();
  for (let rows = 0; ; rows++) {
    const at = contextAt(context, environment);
    // Nothing happens later while something that happened before is not told yet.
    const { more } = await drainOutbox(at, { limit: DELIVERIES_A_CALL, until });
    if (more) return pause(at, start, to);
    const row = await nextDue(context.db, environment.id, to);
    if (row === null) break;
    if (rows >= ROWS_A_CALL || context.clock.wall() > until) return pause(at, start, to);
    environment = await standAt(context, environment, row.at);
    const name = `${row.at} ${row.kind} ${row.subject}`;
    // A row that fails is tried again at once, a few times, until it is parked: a standing clock has no later.
    for (let tries = failures.has(name) ? 5 : 0; tries < 5; tries++) {
      const again = tries === 0 ? row : await nextDue(context.db, environment.id, row.at);
      if (again === null || `${again.at} ${again.kind} ${again.subject}` !== name) break;
      if (await actOnDue(contextAt(context, environment), again)) break;
    }
    failures.add(name);
  }
  return finish(contextAt(context, environment), start, to);
}

function contextAt(context: Context, environment: Environment): Context {
  return { ...context, environment, clock: clockOf(environment, context.clock.wall), hurry: () => undefined };
}

/** Puts the clock where a due row stands; a row of the past is acted on now. */
async function standAt(context: Context, environment: Environment, at: Instant): Promise<Environment> {
  if (environment.kind !== "sandbox" || at <= environment.clockAt) return environment;
  await context.db.batch([setClock(context.db, environment.id, at)]);
  return { ...environment, clockAt: at };
}

/** The call has done enough; the same one again goes on. */
async function pause(context: Context, start: Environment, to: Instant): Promise<Result<Advanced>> {
  // An answer that is not the last must not be the one that an `Idempotency-Key` is given again.
  return record({ ...context, request: null }, { start, to, done: false });
}

async function finish(context: Context, start: Environment, to: Instant): Promise<Result<Advanced>> {
  await drainAllRollups(context);
  return record(context, { start, to, done: true });
}

/** Every call leaves one audit row: who moved the clock, from where, how far, and where to. */
async function record(
  context: Context,
  { start, to, done }: { readonly start: Environment; readonly to: Instant; readonly done: boolean },
): Promise<Result<Advanced>> {
  const { db, environment } = context;
  const now = done ? to : context.clock.now();
  const stream = `clock/${environment.id}`;
  return commit(context, {
    result: { now, done },
    events: [{ stream, version: (await streamVersion(db, environment.id, stream)) + 1, type: "clock.advanced", data: { to: now } }],
    writes: [setClock(db, environment.id, now)],
    audit: [{ action: "clock.advance", subject: environment.id, before: { now: start.clockAt }, after: { now, to } }],
  });
}
