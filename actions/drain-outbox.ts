import type { Consumer } from "#actions/consumers";
import type { Context } from "#actions/context";
import { react } from "#actions/reactions";
import type { Id } from "#domain/ids";
import type { Instant } from "#domain/time/instant";
import { findDelivery, saveDeliveryFailure, waitingDeliveries } from "#storage/queries/outbox";

/** After so many failures a delivery is dead: listed with its reason, and replayed by a person. */
const MOST_ATTEMPTS = 8;
const FIRST_RETRY_MS = 2_000;

/** Makes one delivery, if it still waits. True when nothing of it is left to do now. */
export async function deliver(context: Context, id: Id<"outbox">): Promise<boolean> {
  const delivery = await findDelivery(context.db, id);
  if (delivery === null || delivery.environmentId !== context.environment.id) return true;
  const handling: Context = {
    ...context,
    actor: { type: "system", id: delivery.consumer },
    request: null,
    preview: false,
    handling: { outbox: id },
  };
  const failure = await failureOf(() => react(handling, delivery.consumer as Consumer, delivery.fact));
  if (failure === null) return true;
  const wall = context.clock.wall();
  const attempts = delivery.attempts + 1;
  context.report("delivery_failed", `${delivery.consumer} ${id}: ${failure}`);
  await saveDeliveryFailure(context.db, id, {
    attempts,
    lastError: failure,
    nextAttemptAt: wall + FIRST_RETRY_MS * 2 ** attempts,
    deadAt: attempts >= MOST_ATTEMPTS ? wall : null,
  });
  return false;
}

const PAGE = 50;

/**
 * Makes the deliveries that wait in an environment, and those they cause, oldest first, until none is left that can be made.
 * At most `limit`, and none is begun after `until` (wall clock); `more` says that some may still wait.
 */
export async function drainOutbox(
  context: Context,
  { limit, until }: { readonly limit: number; readonly until: Instant },
): Promise<{ made: number; more: boolean }> {
  const { db, environment, clock } = context;
  const failed = new Set<string>();
  let made = 0;
  // What is caused comes after what caused it, but ids of one millisecond have no order: from the start again until nothing is left.
  for (let after: Id<"outbox"> | null = null, found = false; ;) {
    const page = await waitingDeliveries(db, environment.id, { limit: PAGE, after });
    for (const id of page.filter((one) => !failed.has(one))) {
      if (made >= limit || clock.wall() > until) return { made, more: true };
      if (!(await deliver(context, id))) failed.add(id);
      made += 1;
      found = true;
    }
    if (page.length === PAGE) after = page.at(-1) ?? null;
    else if (found) [after, found] = [null, false];
    else return { made, more: false };
  }
}

/** Why something did not work, in words, or null when it did. */
export async function failureOf(work: () => Promise<{ ok: boolean; error?: { code: string; detail: string } }>): Promise<string | null> {
  try {
    const result = await work();
    return result.ok ? null : `${result.error?.code}: ${result.error?.detail}`;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}
