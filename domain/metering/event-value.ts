import type { Meter } from "#domain/catalog/meter";
import type { UsageEvent } from "#domain/metering/usage-event";
import { type Decimal, ONE, parseDecimal, parseJsonNumber } from "#domain/money/decimal";
import { ok, pointer, refuseField, type Result } from "#domain/result";

/**
 * What one event adds to a meter of its type. A missing or unreadable value is refused, never taken as zero: silent zeros
 * are lost revenue.
 */
export function eventValue(meter: Meter, event: UsageEvent): Result<Decimal, "value_missing" | "value_invalid"> {
  if (meter.aggregation.type === "count") return ok(ONE);
  const property = meter.aggregation.valueProperty;
  const place = pointer(["properties", property]);
  const value = Object.hasOwn(event.properties, property) ? event.properties[property] : undefined;
  if (value === undefined || value === null)
    return refuseField("value_missing", place, `Meter ${meter.key} needs the property ${property}.`);
  const parsed =
    typeof value === "number" ? parseJsonNumber(String(value)) : typeof value === "string" ? parseDecimal(value) : "invalid_decimal";
  if (typeof parsed === "string") return refuseField("value_invalid", place, `Property ${property} is not an exact decimal (${parsed}).`);
  return ok(parsed);
}
