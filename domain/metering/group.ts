import type { Group } from "#domain/metering/measurement";
import { readProperty, scalarText } from "#domain/metering/property";
import type { JsonValue } from "#domain/metering/usage-event";

/** The group of a meter without dimensions. */
export const UNGROUPED: Group = "";

/** The group an event's properties put it in. An absent property is a value of its own, not the text "null". */
export function groupOf(dimensions: readonly string[], properties: { readonly [key: string]: JsonValue }): Group {
  if (dimensions.length === 0) return UNGROUPED;
  let text = "{";
  for (const dimension of dimensions) {
    const value = scalarText(readProperty(properties, dimension));
    text += `${text === "{" ? "" : ","}${JSON.stringify(dimension)}:${value === null ? "null" : JSON.stringify(value)}`;
  }
  return `${text}}`;
}

/** What a group stands for: the text of each dimension, null where it was absent. */
export function groupValues(dimensions: readonly string[], group: Group): Record<string, string | null> {
  const values = new Map(group === UNGROUPED ? [] : Object.entries(JSON.parse(group) as Record<string, string | null>));
  return Object.fromEntries(dimensions.map((dimension) => [dimension, values.get(dimension) ?? null]));
}
