import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import type { Aggregation, Meter, ValueSource } from "#domain/catalog/meter";
import { present } from "#domain/assert";
import { changeDefinition, validateDefinition } from "#domain/metering/validate-meter";
import { ok, refuse, refuseField, type Result } from "#domain/result";
import { findMeter, saveMeter } from "#storage/queries/catalog";
import { bumpCatalog } from "#storage/queries/environments";

/** What is left out stays as it is. How a meter reads events changes from now on; what it is called changes at once. */
export type ChangeMeter = Partial<Pick<Meter, "name" | "unit" | "displayScale" | "late">> & {
  readonly meter: string;
  readonly filters?: Meter["definitions"][number]["filters"];
  readonly dimensions?: readonly string[];
  readonly value?: ValueSource;
};

export async function changeMeter(context: Context, { meter: idOrKey, ...change }: ChangeMeter): Promise<Result<Meter>> {
  const { db, environment } = context;
  const meter = await findMeter(db, environment.id, idOrKey);
  if (meter === null) return refuse("not_found", "There is no such meter.");
  const defined = withDefinition(meter, change, context.clock.now());
  if (!defined.ok) return defined;
  const { name = meter.name, unit = meter.unit, displayScale = meter.displayScale, late = meter.late } = change;
  const changed: Meter = { ...defined.value, name, unit, displayScale, late, version: meter.version + 1 };
  return commit(context, {
    result: changed,
    events: [{ stream: `meter/${meter.id}`, version: changed.version, type: "meter.changed", data: { meter: meter.id, key: meter.key } }],
    writes: [saveMeter(db, environment.id, changed), bumpCatalog(db, environment.id)],
    audit: [{ action: "meter.change", subject: meter.id, before: meter, after: changed }],
  });
}

function withDefinition(meter: Meter, { filters, dimensions, value }: Omit<ChangeMeter, "meter">, now: number): Result<Meter> {
  if (filters === undefined && dimensions === undefined && value === undefined) return ok(meter);
  const current = present(meter.definitions.at(-1), `definition of meter ${meter.key}`);
  const aggregation = value === undefined ? ok(current.aggregation) : withValue(current.aggregation, value);
  if (!aggregation.ok) return aggregation;
  const terms = validateDefinition({
    aggregation: aggregation.value,
    filters: filters ?? current.filters,
    dimensions: dimensions ?? current.dimensions,
  });
  return terms.ok ? changeDefinition(meter, terms.value, now) : terms;
}

function withValue(aggregation: Aggregation, value: ValueSource): Result<Aggregation> {
  if (aggregation.type === "count") return refuseField("unknown_field", "/value_property", "count takes no value.");
  return ok({ ...aggregation, value });
}
