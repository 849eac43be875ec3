import type { Filter, Scalar } from "#domain/catalog/meter";
import { numberOf, readProperty, scalarText } from "#domain/metering/property";
import type { JsonValue } from "#domain/metering/usage-event";
import { compare, type Decimal } from "#domain/money/decimal";

type Properties = { readonly [key: string]: JsonValue };
type Test = (value: JsonValue | undefined) => boolean;

const compiled = new WeakMap<readonly Filter[], readonly { readonly property: string; readonly holds: Test }[]>();

/** Whether all filters hold of an event's properties; without filters always. */
export function matches(filters: readonly Filter[], properties: Properties): boolean {
  if (filters.length === 0) return true;
  let tests = compiled.get(filters);
  if (tests === undefined) {
    tests = filters.map((filter) => ({ property: filter.property, holds: testOf(filter) }));
    compiled.set(filters, tests);
  }
  for (const { property, holds } of tests) if (!holds(readProperty(properties, property))) return false;
  return true;
}

function testOf(filter: Filter): Test {
  switch (filter.operator) {
    case "exists":
      return (value) => isPresent(value) === filter.value;
    case "prefix":
      return (value) => scalarText(value)?.startsWith(filter.value) ?? false;
    case "in":
      return isOneOf(filter.values);
    case "not_in":
      return inverse(isOneOf(filter.values));
    case "=":
      return isOneOf([filter.value]);
    case "!=":
      return inverse(isOneOf([filter.value]));
    case "<":
      return isOrdered(filter.value, (order) => order < 0);
    case "<=":
      return isOrdered(filter.value, (order) => order <= 0);
    case ">":
      return isOrdered(filter.value, (order) => order > 0);
    case ">=":
      return isOrdered(filter.value, (order) => order >= 0);
    default:
      return filter satisfies never;
  }
}

function isPresent(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null;
}

function inverse(test: Test): Test {
  return (value) => !test(value);
}

/** A number is equal to a number, also one written as a text; anything else by its text. */
function isOneOf(operands: readonly Scalar[]): Test {
  const texts = new Set(operands.filter((operand) => typeof operand !== "number").map(scalarText));
  const plain = new Set(operands.filter((operand) => typeof operand === "number"));
  const numbers = [...plain].flatMap((operand) => numberOf(operand) ?? []);
  return (value) => {
    // Doubles are the same exactly when their shortest texts are, so no decimal need be made of them.
    if (typeof value === "number") return plain.has(value) || (texts.size > 0 && texts.has(scalarText(value)));
    if (texts.has(scalarText(value))) return true;
    const number = numbers.length === 0 ? null : numberOf(value);
    return number !== null && numbers.some((operand) => compare(number, operand) === 0);
  };
}

function isOrdered(operand: Scalar, holds: (order: number) => boolean): Test {
  const limit = numberOf(operand);
  return (value) => {
    // The order of doubles is the order of their shortest texts.
    if (typeof value === "number" && typeof operand === "number") return holds(value - operand);
    const number: Decimal | null = numberOf(value);
    return number !== null && limit !== null && holds(compare(number, limit));
  };
}
