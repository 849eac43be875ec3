import type { Aggregation, Filter, Meter, MeterDefinition } from "#domain/catalog/meter";
import type { Id } from "#domain/ids";
import type { JsonValue, UsageEvent } from "#domain/metering/usage-event";
import type { Instant } from "#domain/time/instant";

export const MAY = Date.parse("2026-05-01T00:00:00Z");
export const JUNE = Date.parse("2026-06-01T00:00:00Z");
/** Read when it is over. */
export const WHOLE_MAY = { window: { start: MAY, end: JUNE }, until: JUNE };

export function at(text: string): Instant {
  return Date.parse(text);
}

export const property = { property: "value" } as const;

type Given = { readonly filters?: readonly Filter[]; readonly dimensions?: readonly string[]; readonly from?: Instant };

export function definition(aggregation: Aggregation, { filters = [], dimensions = [], from = 0 }: Given = {}): MeterDefinition {
  return { from, aggregation, filters, dimensions };
}

export function meter(aggregation: Aggregation, given: Given & { readonly archivedAt?: Instant } = {}): Meter {
  return {
    id: "mtr_1" as Id<"meter">,
    key: "usage",
    name: "Usage",
    eventType: "used",
    definitions: [definition(aggregation, given)],
    unit: null,
    displayScale: null,
    late: "correct",
    archivedAt: given.archivedAt ?? null,
    version: 1,
  };
}

export function event(properties: { readonly [key: string]: JsonValue }, time: Instant = MAY): UsageEvent {
  return { id: "e", source: "s", type: "used", time, timeIsGiven: true, subscription: null, properties };
}

/** Events of one property, in order of arrival. */
export function valuesAt(...pairs: readonly (readonly [time: string, value: JsonValue])[]): UsageEvent[] {
  return pairs.map(([time, value]) => event({ value }, at(time)));
}
