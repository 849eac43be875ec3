import type { Context } from "#actions/context";
import { type MeterQuestion, mergingOf, notMergeable, ROWS_MAX, tooManyRows } from "#actions/usage/meter-question";
import { matches } from "#domain/metering/filter";
import type { MergedTotal } from "#domain/metering/merge-totals";
import { windowContaining } from "#domain/metering/query-window";
import { ok, refuseField, type Result } from "#domain/result";
import { EARLIEST, type Instant, LATEST } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import { hourlyRollups } from "#storage/queries/usage-rollups";

const HOUR_MS = 3_600_000;

/**
 * The same answer from the hourly rollups in D1, for more customers than can be asked. It is exact to what the ledgers have
 * told so far, and only as fine as an hour: what would cut one is refused.
 */
export async function queryRollups(
  context: Context,
  query: MeterQuestion,
  customers: readonly string[] | null,
): Promise<Result<MergedTotal[]>> {
  const problem = tooFine(query);
  if (problem !== null) return problem;
  const merging = mergingOf(query);
  if (merging === null) return notMergeable(query);
  const question = {
    meter: query.meter.key,
    range: query.range ?? { start: EARLIEST, end: LATEST },
    customers,
    ofGroups: query.groupBy.length > 0 || query.filters.length > 0,
  };
  for await (const page of hourlyRollups(context.db, context.environment.id, question)) {
    for (const { customerKey, group, hour, state } of page) {
      if (!matches(query.filters, group)) continue;
      const window = windowOf(query, hour);
      if (hour < window.start || hour + HOUR_MS > window.end) return cutsHours();
      merging.add({ window, customer: customerKey, group, state, exact: true });
    }
    if (merging.size > ROWS_MAX) return tooManyRows();
  }
  return ok(merging.totals(context.clock.now()));
}

function windowOf({ range, unit, zone }: MeterQuestion, hour: Instant): Period {
  if (unit === null) return range ?? { start: hour, end: hour + HOUR_MS };
  const window = windowContaining(hour, unit, zone);
  return { start: Math.max(window.start, range?.start ?? window.start), end: Math.min(window.end, range?.end ?? window.end) };
}

function tooFine({ meter, range, unit, groupBy, filters }: MeterQuestion): ReturnType<typeof refuseField> | null {
  if (unit === "minute") return refuseField("too_many_customers", "/window", "Minutes are answered for at most 50 customers.");
  if (range !== null && (range.start % HOUR_MS !== 0 || range.end % HOUR_MS !== 0)) return cutsHours();
  const known = new Set(meter.definitions.flatMap(({ dimensions }) => dimensions));
  const unknown = groupBy.find((name) => !known.has(name));
  if (unknown !== undefined) return refuseField("unknown_dimension", "/group_by", `${unknown} is no dimension of meter ${meter.key}.`);
  const unkept = filters.find(({ property }) => !known.has(property));
  if (unkept === undefined) return null;
  return refuseField(
    "too_many_customers",
    "/filter",
    `Filters on ${unkept.property}, which is no dimension of the meter, are answered for at most 50 customers.`,
  );
}

function cutsHours() {
  return refuseField("too_many_customers", "/from", "Ranges and windows that cut an hour are answered for at most 50 customers.");
}
