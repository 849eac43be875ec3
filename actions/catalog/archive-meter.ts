import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import type { Meter } from "#domain/catalog/meter";
import { refuse, type Result } from "#domain/result";
import { findMeter, saveMeter, usersOfMeter } from "#storage/queries/catalog";
import { bumpCatalog } from "#storage/queries/environments";
import { clearUnmatched } from "#storage/queries/unmatched-usage";

/**
 * Stops a meter: of the time from now on it counts nothing, and what it counted stays. Refused while a plan prices by it or a
 * feature is limited by it: their bills and limits would fall to zero without a word.
 */
export async function archiveMeter(context: Context, input: { readonly meter: string }): Promise<Result<Meter>> {
  const { db, environment } = context;
  const meter = await findMeter(db, environment.id, input.meter);
  if (meter === null) return refuse("not_found", "There is no such meter.");
  if (meter.archivedAt !== null) return refuse("already_archived", `Meter ${meter.key} is archived.`);
  const users = await usersOfMeter(db, environment.id, meter.key);
  if (users.length > 0) return refuse("meter_in_use", `Meter ${meter.key} is used by ${users.join(" and ")}.`);
  return save(context, meter, { ...meter, archivedAt: context.clock.now(), version: meter.version + 1 });
}

/** Takes it back. What was kept meanwhile is counted, as if the meter had never stopped. */
export async function unarchiveMeter(context: Context, input: { readonly meter: string }): Promise<Result<Meter>> {
  const meter = await findMeter(context.db, context.environment.id, input.meter);
  if (meter === null) return refuse("not_found", "There is no such meter.");
  if (meter.archivedAt === null) return refuse("not_archived", `Meter ${meter.key} is not archived.`);
  return save(context, meter, { ...meter, archivedAt: null, version: meter.version + 1 });
}

function save(context: Context, before: Meter, after: Meter): Promise<Result<Meter>> {
  const { db, environment } = context;
  const isArchived = after.archivedAt !== null;
  return commit(context, {
    result: after,
    events: [
      {
        stream: `meter/${after.id}`,
        version: after.version,
        type: isArchived ? "meter.archived" : "meter.unarchived",
        data: { meter: after.id, key: after.key },
      },
    ],
    writes: [
      saveMeter(db, environment.id, after),
      bumpCatalog(db, environment.id),
      ...(isArchived ? [] : [clearUnmatched(db, environment.id, { eventType: after.eventType })]),
    ],
    audit: [{ action: isArchived ? "meter.archive" : "meter.unarchive", subject: after.id, before, after }],
  });
}
