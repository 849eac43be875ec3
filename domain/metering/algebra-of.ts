import type { Aggregation, Meter } from "#domain/catalog/meter";
import type { Algebra, Reading } from "#domain/metering/algebra";
import { avg } from "#domain/metering/aggregations/avg";
import { bucketed } from "#domain/metering/aggregations/bucketed";
import { count } from "#domain/metering/aggregations/count";
import { latest } from "#domain/metering/aggregations/latest";
import { max } from "#domain/metering/aggregations/max";
import { min } from "#domain/metering/aggregations/min";
import { percentile } from "#domain/metering/aggregations/percentile";
import { sum } from "#domain/metering/aggregations/sum";
import { timeWeighted } from "#domain/metering/aggregations/time-weighted";
import { uniqueCount } from "#domain/metering/aggregations/unique-count";
import { decimal } from "#domain/money/decimal";
import type { Zone } from "#domain/time/zone";

/** The total of a meter so far, known only to its algebra. It is never null. */
export type Total = { readonly __total: never };

/** How the samples of a meter become its value. The zone is where the days of buckets begin. */
export function algebraOf(aggregation: Aggregation, zone: Zone): Algebra<Total> {
  switch (aggregation.type) {
    case "count":
      return opaque(count);
    case "sum":
      return opaque(sum);
    case "min":
      return opaque(min);
    case "max":
      return opaque(max);
    case "avg":
      return opaque(avg);
    case "latest":
      return opaque(latest);
    case "unique_count":
      return opaque(uniqueCount);
    case "percentile":
      return opaque(percentile(decimal(aggregation.percentile)));
    case "time_weighted":
      return opaque(timeWeighted(aggregation.unit));
    case "bucketed":
      return opaque(bucketed(aggregation, zone));
    default:
      return aggregation satisfies never;
  }
}

/** An archived meter's levels and idle buckets end with it: no time is counted from then on. */
export function readingOf(meter: Meter, { window, until }: Reading): Reading {
  return { window, until: meter.archivedAt === null ? until : Math.min(until, meter.archivedAt) };
}

/** Only the algebra that made a total ever sees it again. */
function opaque<State>(algebra: Algebra<State>): Algebra<Total> {
  return algebra as unknown as Algebra<Total>;
}
