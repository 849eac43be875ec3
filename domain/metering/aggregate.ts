import { aggregationOf, type Meter } from "#domain/catalog/meter";
import type { Algebra, Reading } from "#domain/metering/algebra";
import { algebraOf, readingOf } from "#domain/metering/algebra-of";
import { levelTime, weightedValue } from "#domain/metering/aggregations/time-weighted";
import { measure } from "#domain/metering/measure";
import type { Group } from "#domain/metering/measurement";
import type { UsageEvent } from "#domain/metering/usage-event";
import { add, type Decimal, ZERO } from "#domain/money/decimal";
import type { Zone } from "#domain/time/zone";

type Scope = { readonly reading: Reading; readonly zone: Zone; readonly group?: Group };

/**
 * The value of a meter over events in order of arrival: the plain fold that every counter must agree with. Without a group
 * it is the value of all of them together. A refused event counts nothing; telling repeats apart is not done here.
 */
export function aggregate(meter: Meter, events: readonly UsageEvent[], asked: Scope): Decimal | null {
  const scope = { ...asked, reading: readingOf(meter, asked.reading) };
  const aggregation = aggregationOf(meter);
  if (aggregation.type !== "time_weighted") return fold(algebraOf(aggregation, scope.zone), meter, events, scope);
  // Each group has a level of its own. Their times are summed before the unit divides: nothing is rounded twice.
  const groups = scope.group === undefined ? groupsOf(meter, events) : [scope.group];
  const area = groups.reduce((sum, group) => add(sum, fold(levelTime, meter, events, { ...scope, group }) ?? ZERO), ZERO);
  return weightedValue(aggregation.unit, area, scope.reading.window);
}

function fold<State>(algebra: Algebra<State>, meter: Meter, events: readonly UsageEvent[], { reading, group }: Scope): Decimal | null {
  const carries = aggregationOf(meter).type === "time_weighted";
  let total = algebra.empty;
  for (const [order, event] of events.entries()) {
    if (event.time >= reading.window.end || (event.time < reading.window.start && !carries)) continue;
    const measured = measure(meter, event);
    if (!measured.ok || measured.value === null || (group !== undefined && measured.value.group !== group)) continue;
    const { value, text } = measured.value;
    total = algebra.add(total, { value, text, at: event.time, order });
  }
  return algebra.value(total, reading);
}

function groupsOf(meter: Meter, events: readonly UsageEvent[]): Group[] {
  const groups = events.flatMap((event) => {
    const measured = measure(meter, event);
    return measured.ok && measured.value !== null ? [measured.value.group] : [];
  });
  return [...new Set(groups)];
}
