import { backfillEvent } from "#actions/backfills/open-backfill";
import { type Walked, walk, walkedTo } from "#actions/backfills/walk-backfill";
import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { type Backfill, finishReverting, startReverting } from "#domain/metering/backfill";
import { ok, refuse, type Result } from "#domain/result";
import { findBackfill, saveBackfill } from "#storage/queries/backfills";

/** Takes a backfill back as if it had never been, or gives up an open one. Bounded and gone on with as closing is. */
export async function revertBackfill(context: Context, input: { readonly backfill: string }): Promise<Result<Walked>> {
  const { db, environment } = context;
  const found = await findBackfill(db, environment.id, input.backfill);
  if (found === null) return refuse("not_found", "There is no such backfill.");
  if (found.status === "reverted") return ok(await walkedTo(context, found, true));
  const reverting = found.status === "reverting" ? ok(found) : await begin(context, found);
  if (!reverting.ok) return reverting;
  const walked = await walk(context, reverting.value, "revert");
  if (!walked.ok || !walked.value.done) return walked;
  const reverted = finishReverting(reverting.value, context.clock.now());
  return commit(context, {
    result: { ...walked.value, backfill: reverted },
    events: [backfillEvent(reverted, "backfill.reverted")],
    writes: [saveBackfill(db, environment.id, reverted)],
    audit: [{ action: "backfill.revert", subject: reverted.id, before: { status: "reverting" }, after: { status: "reverted" } }],
  });
}

async function begin(context: Context, backfill: Backfill) {
  const reverting = startReverting(backfill);
  if (!reverting.ok) return reverting;
  const { db, environment } = context;
  // The answer that an Idempotency-Key repeats is that of the end.
  return commit(
    { ...context, request: null },
    {
      result: reverting.value,
      events: [backfillEvent(reverting.value, "backfill.revert_started")],
      writes: [saveBackfill(db, environment.id, reverting.value)],
      audit: [
        { action: "backfill.start_reverting", subject: backfill.id, before: { status: backfill.status }, after: { status: "reverting" } },
      ],
    },
  );
}
