import type { Meter } from "#domain/catalog/meter";
import { count } from "#domain/metering/aggregations/count";
import { sum } from "#domain/metering/aggregations/sum";
import { eventValue } from "#domain/metering/event-value";
import type { UsageEvent } from "#domain/metering/usage-event";
import type { Decimal } from "#domain/money/decimal";

/** The algebra of a meter: `empty`, `add` one event's value, `merge` two totals, read the `value`. */
export function algebraOf(meter: Meter) {
  return meter.aggregation.type === "count" ? count : sum;
}

/** The value of a meter over a list of events: the plain fold that every counter must agree with. */
export function aggregate(meter: Meter, events: readonly UsageEvent[]): Decimal {
  const algebra = algebraOf(meter);
  const total = events.reduce((soFar, event) => {
    const value = event.type === meter.eventType ? eventValue(meter, event) : null;
    return value?.ok ? algebra.add(soFar, value.value) : soFar;
  }, algebra.empty);
  return algebra.value(total);
}
