import { aggregationOf, type Filter, type Meter } from "#domain/catalog/meter";
import { algebraOf, type Total } from "#domain/metering/algebra-of";
import { TotalMerge } from "#domain/metering/merge-totals";
import type { WindowUnit } from "#domain/metering/query-window";
import { refuse, refuseField } from "#domain/result";
import type { Period } from "#domain/time/period";
import type { Zone } from "#domain/time/zone";

export type MeterQuestion = {
  readonly meter: Meter;
  /** Null is all there ever was. */
  readonly range: Period | null;
  /** Null is one window for all. */
  readonly unit: WindowUnit | null;
  readonly zone: Zone;
  /** Dimensions. */
  readonly groupBy: readonly string[];
  readonly byCustomer: boolean;
  readonly filters: readonly Filter[];
};

export const ROWS_MAX = 100_000;

/** Kinds whose total over several ledgers is made of their totals; of the others only the events themselves can be joined. */
const MERGEABLE: ReadonlySet<string> = new Set(["count", "sum", "min", "max", "avg", "latest"]);

/** How the totals of this query are joined, or null where its kind cannot be. */
export function mergingOf(query: MeterQuestion): TotalMerge<Total> | null {
  const aggregation = aggregationOf(query.meter);
  const { merge, ...algebra } = algebraOf(aggregation, query.zone);
  return merge === null || !MERGEABLE.has(aggregation.type)
    ? null
    : new TotalMerge({ ...algebra, merge }, { groupBy: query.groupBy, byCustomer: query.byCustomer, windows: query.unit !== null });
}

export function notMergeable({ meter }: MeterQuestion) {
  const { type } = aggregationOf(meter);
  return refuseField("not_mergeable", "/group_by", `The ${type} of several customers is no ${type}: group by customer, or name one.`);
}

export function tooManyRows() {
  return refuse("too_many_rows", `The answer has more than ${ROWS_MAX} rows: take longer windows or fewer groups.`);
}
