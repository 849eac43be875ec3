import { commit } from "#actions/commit";
import { clockOf, type Context } from "#actions/context";
import { actOnDue } from "#actions/drain-due";
import { drainOutbox } from "#actions/drain-outbox";
import { drainAllRollups } from "#actions/usage/sweep-rollups";
import { present } from "#domain/assert";
import { ok, refuse, type Result } from "#domain/result";
import { isUsable } from "#domain/tenancy/api-key";
import { canAdvance, type Environment } from "#domain/tenancy/environment";
import type { Instant } from "#domain/time/instant";
import { findApiKey } from "#storage/queries/api-keys";
import { nextDue } from "#storage/queries/due";
import { findEnvironment, lockClock, setClock, unlockClock } from "#storage/queries/environments";

export type Advanced = { readonly now: Instant; readonly done: boolean };

/** One call acts on so many due rows, or for so long; the same call again goes on. */
const ROWS_A_CALL = 150;
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
  const began = context.clock.wall();
  let environment = start;
  const failures = new Map<string, number>();
  for (let rows = 0; ; rows++) {
    const at = contextAt(context, environment);
    await drainOutbox(at, 2_000);
    const row = await nextDue(context.db, environment.id, to);
    if (row === null) break;
    if (rows >= ROWS_A_CALL || context.clock.wall() - began > WALL_A_CALL_MS) return ok({ now: at.clock.now(), done: false });
    environment = await standAt(context, environment, row.at);
    const name = `${row.at} ${row.kind} ${row.subject}`;
    // A row that fails is tried again at once, a few times, until it is parked: a standing clock has no later.
    for (let tries = failures.get(name) ?? 0; tries < 5; tries++) {
      const again = tries === 0 ? row : await nextDue(context.db, environment.id, row.at);
      if (again === null || `${again.at} ${again.kind} ${again.subject}` !== name) break;
      if (await actOnDue(contextAt(context, environment), again)) break;
    }
    failures.set(name, 5);
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

async function finish(context: Context, start: Environment, to: Instant): Promise<Result<Advanced>> {
  const { db, environment } = context;
  const result = { now: to, done: true };
  await drainAllRollups(context);
  if (to === start.clockAt) return ok(result);
  return commit(context, {
    result,
    events: [{ stream: `clock/${environment.id}`, version: to, type: "clock.advanced", data: { to } }],
    writes: [setClock(db, environment.id, to)],
    audit: [{ action: "clock.advance", subject: environment.id, before: { now: start.clockAt }, after: { now: to } }],
  });
}
