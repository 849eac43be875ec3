import type { Group } from "#domain/metering/measurement";
import { readProperty, scalarText } from "#domain/metering/property";
import type { JsonValue } from "#domain/metering/usage-event";

/** The group of a meter without dimensions. */
export const UNGROUPED: Group = "";

/** The group an event's properties put it in. An absent property is a value of its own, not the text "null". */
export function groupOf(dimensions: readonly string[], properties: { readonly [key: string]: JsonValue }): Group {
  if (dimensions.length === 0) return UNGROUPED;
  return JSON.stringify(dimensions.map((dimension) => scalarText(readProperty(properties, dimension))));
}

/** What a group stands for: the text of each dimension, null where it was absent. */
export function groupValues(dimensions: readonly string[], group: Group): Record<string, string | null> {
  const values = group === UNGROUPED ? [] : (JSON.parse(group) as (string | null)[]);
  return Object.fromEntries(dimensions.map((dimension, index) => [dimension, values[index] ?? null]));
}
