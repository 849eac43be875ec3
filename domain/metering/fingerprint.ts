import type { JsonValue, UsageEvent } from "#domain/metering/usage-event";
import { decimalText, parseJsonNumber } from "#domain/money/decimal";

/**
 * Whether two events of the same identity say the same: the order of properties and the spelling of a number (1.10, 1.1) do
 * not matter. A time the server filled in says nothing.
 */
export function saysTheSame(a: UsageEvent, b: UsageEvent): boolean {
  return (
    a.type === b.type &&
    a.subscription === b.subscription &&
    (a.time === b.time || !a.timeIsGiven || !b.timeIsGiven) &&
    canonical(a.properties) === canonical(b.properties)
  );
}

function canonical(value: JsonValue): string {
  if (typeof value === "number") {
    const exact = parseJsonNumber(String(value));
    return typeof exact === "string" ? String(value) : decimalText(exact);
  }
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const entries = Object.entries(value as Record<string, JsonValue>).sort(([x], [y]) => (x < y ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(",")}}`;
}
