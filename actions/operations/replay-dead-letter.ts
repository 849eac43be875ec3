import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { type Due, dueKinds } from "#domain/due";
import { refuse, type Result } from "#domain/result";
import { dueParkedAt, unpark } from "#storage/queries/due";
import { deliveryDeadAt, reviveDelivery } from "#storage/queries/outbox";

export type ReplayedDeadLetter = { readonly id: string; readonly replayed: true };

/** Lets what was given up be tried again: a delivery by its id, dated work by `due:<at>:<kind>:<subject>`. */
export async function replayDeadLetter(context: Context, input: { readonly id: string }): Promise<Result<ReplayedDeadLetter>> {
  const { db, environment } = context;
  const { id } = input;
  const due = parseDue(id);
  const row = due && { ...due, environmentId: environment.id };
  const givenUpAt = row === null ? await deliveryDeadAt(db, environment.id, id) : await dueParkedAt(db, row);
  if (givenUpAt === null) return refuse("not_found", "There is no such dead letter.");
  return commit(context, {
    result: { id, replayed: true },
    // One version for each time it was given up: of two replays at once, one is first and the other finds nothing left.
    events: [{ stream: `dead_letter/${id}`, version: givenUpAt, type: "dead_letter.replayed", data: { dead_letter: id } }],
    writes: [row === null ? reviveDelivery(db, environment.id, id, context.clock.wall()) : unpark(db, row)],
    audit: [{ action: "dead_letter.replay", subject: id, before: { given_up_at: givenUpAt }, after: { given_up_at: null } }],
  });
}

function parseDue(id: string): Due | null {
  const [prefix, at, kind, subject] = id.split(":");
  const known = dueKinds.find((one) => one === kind);
  return prefix === "due" && /^\d{1,15}$/.test(at ?? "") && known !== undefined && subject !== undefined
    ? { at: Number(at), kind: known, subject }
    : null;
}
