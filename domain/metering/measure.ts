import { definitionAt, type Meter, type MeterDefinition, type ValueSource } from "#domain/catalog/meter";
import { assert } from "#domain/assert";
import { evaluate } from "#domain/metering/expression/evaluate";
import { parseExpression } from "#domain/metering/expression/parse-expression";
import { matches } from "#domain/metering/filter";
import { groupOf, UNGROUPED } from "#domain/metering/group";
import type { Measurement } from "#domain/metering/measurement";
import { readProperty, scalarText, USAGE_LIMITS } from "#domain/metering/property";
import type { JsonValue, UsageEvent } from "#domain/metering/usage-event";
import { type Decimal, decimalText, fromInteger, ONE, parseDecimal, parseJsonNumber, ZERO } from "#domain/money/decimal";
import { ok, refuse, type Result } from "#domain/result";

export type ValueProblem = "value_missing" | "value_invalid" | "value_too_long";

type Properties = { readonly [key: string]: JsonValue };
type Read<T> = (properties: Properties) => Result<T, ValueProblem>;
type Reader = (properties: Properties) => Result<Measurement, ValueProblem>;

const NOT_COUNTED = ok(null);
const COUNTED_ONCE = ok<Measurement>({ group: UNGROUPED, value: ONE, text: "" });

const readers = new WeakMap<MeterDefinition, Reader>();

/**
 * What an event says to a meter; null where the meter does not count it. A missing or unreadable value is refused, never
 * taken as zero: silent zeros are lost revenue.
 */
export function measure(meter: Meter, event: UsageEvent): Result<Measurement | null, ValueProblem> {
  if (event.type !== meter.eventType) return NOT_COUNTED;
  const definition = definitionAt(meter, event.time);
  if (definition === null || !matches(definition.filters, event.properties)) return NOT_COUNTED;
  let reader = readers.get(definition);
  if (reader === undefined) {
    reader = readerOf(definition);
    readers.set(definition, reader);
  }
  return reader(event.properties);
}

function readerOf({ aggregation, dimensions }: MeterDefinition): Reader {
  if (aggregation.type === "count")
    return dimensions.length === 0
      ? () => COUNTED_ONCE
      : (properties) => ok({ group: groupOf(dimensions, properties), value: ONE, text: "" });
  if (aggregation.type === "unique_count") {
    const readText = textReader(aggregation.value);
    return (properties) => {
      const text = readText(properties);
      return text.ok ? ok({ group: groupOf(dimensions, properties), value: ONE, text: text.value }) : text;
    };
  }
  const readNumber = numberReader(aggregation.value);
  return (properties) => {
    const value = readNumber(properties);
    return value.ok ? ok({ group: groupOf(dimensions, properties), value: value.value, text: "" }) : value;
  };
}

function numberReader(source: ValueSource): Read<Decimal> {
  if ("property" in source) return (properties) => numberIn(source.property, readProperty(properties, source.property));
  const expression = compiledExpression(source.expression);
  return (properties) => {
    const value = evaluate(expression, properties);
    if (!value.ok) return value;
    if (typeof value.value === "boolean") return ok(value.value ? ONE : ZERO);
    return typeof value.value === "string" ? numberIn(source.expression, value.value) : ok(value.value);
  };
}

function textReader(source: ValueSource): Read<string> {
  if ("property" in source) return (properties) => textIn(source.property, readProperty(properties, source.property));
  const expression = compiledExpression(source.expression);
  return (properties) => {
    const value = evaluate(expression, properties);
    if (!value.ok) return value;
    return ok(typeof value.value === "object" ? decimalText(value.value) : String(value.value));
  };
}

function numberIn(name: string, value: JsonValue | undefined): Result<Decimal, ValueProblem> {
  if (typeof value === "number" && Number.isSafeInteger(value)) return ok(fromInteger(BigInt(value)));
  if (value === undefined || value === null) return missing(name);
  const parsed =
    typeof value === "number"
      ? parseJsonNumber(String(value), USAGE_LIMITS)
      : typeof value === "string"
        ? parseDecimal(value, USAGE_LIMITS)
        : "invalid_decimal";
  if (typeof parsed !== "string") return ok(parsed);
  if (parsed === "invalid_decimal") return refuse("value_invalid", `${name} is not an exact decimal.`);
  return refuse("value_too_long", `${name} is longer than 38 digits, 18 of them after the point.`);
}

function textIn(name: string, value: JsonValue | undefined): Result<string, ValueProblem> {
  if (value === undefined || value === null) return missing(name);
  const text = scalarText(value);
  return text === null ? refuse("value_invalid", `${name} is neither a text, a number nor a boolean.`) : ok(text);
}

function missing(name: string): Result<never, "value_missing"> {
  return refuse("value_missing", `The event has no ${name}.`);
}

/** Expressions are parsed when a meter is saved, so one that cannot be is a bug. */
function compiledExpression(text: string): Parameters<typeof evaluate>[0] {
  const parsed = parseExpression(text);
  assert(parsed.ok, `meter with an invalid expression: ${text}`);
  return parsed.value;
}
