import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { parseParkedDueId } from "#domain/due";
import { refuse, type Result } from "#domain/result";
import { parkedSince, unpark } from "#storage/queries/due";
import { deadSince, reviveDelivery } from "#storage/queries/outbox";

export type Replayed = { readonly id: string; readonly replayed: true };

/** Lets a delivery or a due row that was given up be tried again. It waits for the next sweep, tick or advance. */
export async function replayDeadLetter(context: Context, { id }: { readonly id: string }): Promise<Result<Replayed>> {
  const { db, environment, clock } = context;
  const due = parseParkedDueId(id);
  const row = due && { ...due, environmentId: environment.id };
  const diedAt = row === null ? await deadSince(db, environment.id, id) : await parkedSince(db, row);
  if (diedAt === null) return refuse("not_found", "There is no such dead letter.");
  return commit(context, {
    result: { id, replayed: true as const },
    // A letter can die again: each death is a version of its own.
    events: [{ stream: `dead_letter/${id}`, version: diedAt, type: "dead_letter.replayed", data: { dead_letter: id } }],
    writes: [row === null ? reviveDelivery(db, environment.id, id, clock.wall()) : unpark(db, row)],
    audit: [{ action: "dead_letter.replay", subject: id, before: { died_at: diedAt }, after: null }],
  });
}
