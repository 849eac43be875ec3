import { finishHandling } from "#actions/commit";
import type { Context } from "#actions/context";
import { failureOf } from "#actions/drain-outbox";
import { act } from "#actions/reactions";
import { type DueRow, saveDueFailure } from "#storage/queries/due";

/** After so many failures a due row is parked with its reason; the subject's other rows and everybody else's go on. */
const MOST_ATTEMPTS = 5;

/** Refusals that mean there is nothing to do at this time: the row is done with. */
const SETTLED = /^(already_issued|not_found|negative_total|empty):/;

/** Acts on one due row. True when it is done; false when it failed and stays, or is parked. */
export async function actOnDue(context: Context, row: DueRow): Promise<boolean> {
  const due = { at: row.at, kind: row.kind, subject: row.subject };
  const handling: Context = { ...context, actor: { type: "system", id: "clock" }, request: null, preview: false, handling: { due } };
  const failure = await failureOf(() => act(handling, due));
  if (failure === null) return true;
  if (SETTLED.test(failure)) {
    await finishHandling(handling);
    return true;
  }
  const attempts = row.attempts + 1;
  context.report("due_failed", `${row.kind} ${row.subject}: ${failure}`);
  await saveDueFailure(context.db, row, {
    attempts,
    lastError: failure,
    parkedAt: attempts >= MOST_ATTEMPTS ? context.clock.wall() : null,
  });
  return false;
}
