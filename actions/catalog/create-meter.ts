import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import type { Meter } from "#domain/catalog/meter";
import type { Result } from "#domain/result";
import { insertMeter } from "#storage/queries/catalog";
import { bumpCatalog } from "#storage/queries/environments";
import { clearUnmatched } from "#storage/queries/unmatched-usage";

/** Adds a meter. Events of its type that were kept unmatched are counted as each ledger hears of it. */
export async function createMeter(context: Context, input: Omit<Meter, "id">): Promise<Result<Meter>> {
  const { db, environment } = context;
  const meter: Meter = { ...input, id: context.ids.next("meter") };
  return commit(context, {
    result: meter,
    events: [{ stream: `meter/${meter.id}`, version: 1, type: "meter.created", data: { meter: meter.id, key: meter.key } }],
    writes: [
      insertMeter(db, environment.id, meter, context.clock.now()),
      bumpCatalog(db, environment.id),
      clearUnmatched(db, environment.id, { eventType: meter.eventType }),
    ],
    audit: [{ action: "meter.create", subject: meter.id, before: null, after: meter }],
  });
}
