import { backfillEvent } from "#actions/backfills/open-backfill";
import { type Walked, walk, type WalkLimits, walkedTo } from "#actions/backfills/walk-backfill";
import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { type Backfill, finishClosing, startClosing } from "#domain/metering/backfill";
import { ok, refuse, type Result } from "#domain/result";
import { findBackfill, saveBackfill } from "#storage/queries/backfills";

/**
 * Puts a backfill in force in every ledger it concerns. A call does a bounded part of it; the same call goes on until it
 * answers `done`. A ledger that refuses stops the backfill short, and is asked again by the next call.
 */
export async function closeBackfill(
  context: Context,
  input: { readonly backfill: string; readonly limits?: WalkLimits },
): Promise<Result<Walked>> {
  const { db, environment } = context;
  const found = await findBackfill(db, environment.id, input.backfill);
  if (found === null) return refuse("not_found", "There is no such backfill.");
  if (found.status === "closed") return ok(await walkedTo(context, found, true));
  const closing = found.status === "closing" ? ok(found) : await begin(context, found);
  if (!closing.ok) return closing;
  const walked = await walk(context, closing.value, "close", input.limits);
  if (!walked.ok || !walked.value.done) return walked;
  const closed = finishClosing(closing.value, context.clock.now());
  return commit(context, {
    result: { ...walked.value, backfill: closed },
    events: [backfillEvent(closed, "backfill.closed")],
    writes: [saveBackfill(db, environment.id, closed)],
    audit: [{ action: "backfill.close", subject: closed.id, before: { status: "closing" }, after: { status: "closed" } }],
  });
}

async function begin(context: Context, backfill: Backfill) {
  const closing = startClosing(backfill);
  if (!closing.ok) return closing;
  const { db, environment } = context;
  // The answer that an Idempotency-Key repeats is that of the end.
  return commit(
    { ...context, request: null },
    {
      result: closing.value,
      events: [backfillEvent(closing.value, "backfill.close_started")],
      writes: [saveBackfill(db, environment.id, closing.value)],
      audit: [{ action: "backfill.start_closing", subject: backfill.id, before: { status: "open" }, after: { status: "closing" } }],
    },
  );
}
