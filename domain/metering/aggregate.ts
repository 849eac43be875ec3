import { aggregationOf, type Meter } from "#domain/catalog/meter";
import type { Reading } from "#domain/metering/algebra";
import { algebraOf, readingOf, type Total } from "#domain/metering/algebra-of";
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
export function aggregate(meter: Meter, events: readonly UsageEvent[], { zone, group, ...scope }: Scope): Decimal | null {
  const reading = readingOf(meter, scope.reading);
  const aggregation = aggregationOf(meter);
  const algebra = algebraOf(aggregation, zone);
  const carriesLevel = aggregation.type === "time_weighted";
  const totals = new Map<Group, Total>();
  for (const [order, event] of events.entries()) {
    const isCounted = event.time < reading.window.end && (carriesLevel || event.time >= reading.window.start);
    const measured = isCounted ? measure(meter, event) : null;
    if (!measured?.ok || measured.value === null) continue;
    if (group !== undefined && measured.value.group !== group) continue;
    // Levels of groups stand beside each other; samples of any other kind make one total.
    const part = carriesLevel ? measured.value.group : "";
    const { value, text } = measured.value;
    totals.set(part, algebra.add(totals.get(part) ?? algebra.empty, { value, text, at: event.time, order }));
  }
  if (carriesLevel) return [...totals.values()].reduce((sum, total) => add(sum, algebra.value(total, reading) ?? ZERO), ZERO);
  return algebra.value(totals.get("") ?? algebra.empty, reading);
}
