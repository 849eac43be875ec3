import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import type { Meter } from "#domain/catalog/meter";
import { type DefinitionTerms, validateDefinition } from "#domain/metering/validate-meter";
import { refuse, refuseField, type Result } from "#domain/result";
import { allMeters, insertMeter, MOST_OF_A_KIND } from "#storage/queries/catalog";
import { bumpCatalog } from "#storage/queries/environments";
import { clearUnmatched } from "#storage/queries/unmatched-usage";

export type CreateMeter = Pick<Meter, "key" | "name" | "eventType" | "unit" | "displayScale" | "late"> &
  DefinitionTerms & {
    /** Whether events of its type that are stored already are counted too. */
    readonly backfill: boolean;
  };

/** Adds a meter. Events of its type that were kept unmatched are counted as each ledger hears of it. */
export async function createMeter(context: Context, input: CreateMeter): Promise<Result<Meter>> {
  const { db, environment, clock } = context;
  const { aggregation, filters, dimensions, backfill, ...facts } = input;
  const terms = validateDefinition({ aggregation, filters, dimensions });
  if (!terms.ok) return terms;
  const meters = await allMeters(db, environment.id);
  if (meters.length >= MOST_OF_A_KIND) return refuse("too_many_meters", `An environment has at most ${MOST_OF_A_KIND} meters.`);
  // The commit says so otherwise, and there a repeat of the same call still gets its stored answer.
  if (context.preview && meters.some(({ key }) => key === facts.key))
    return refuseField("key_taken", "/key", "An object with this key exists already.");
  const meter: Meter = {
    ...facts,
    id: context.ids.next("meter"),
    definitions: [{ ...terms.value, from: backfill ? 0 : clock.now() }],
    archivedAt: null,
    version: 1,
  };
  return commit(context, {
    result: meter,
    events: [{ stream: `meter/${meter.id}`, version: 1, type: "meter.created", data: { meter: meter.id, key: meter.key } }],
    writes: [
      insertMeter(db, environment.id, meter, clock.now()),
      bumpCatalog(db, environment.id),
      clearUnmatched(db, environment.id, { eventType: meter.eventType }),
    ],
    audit: [{ action: "meter.create", subject: meter.id, before: null, after: meter }],
  });
}
