import type { Comparison, Expression, NumberFunction } from "#domain/metering/expression/expression";
import {
  floor,
  fromDecimal,
  negated,
  order,
  over,
  plus,
  rational,
  type Rational,
  times,
  toDecimal,
} from "#domain/metering/expression/rational";
import { numberOf, readProperty, USAGE_LIMITS } from "#domain/metering/property";
import type { JsonValue } from "#domain/metering/usage-event";
import type { Decimal } from "#domain/money/decimal";
import { divideRounded } from "#domain/money/rounding";
import { ok, refuse, type Result } from "#domain/result";

type Properties = { readonly [key: string]: JsonValue };

export type Value = Decimal | string | boolean;
export type EvaluationProblem = "value_missing" | "value_invalid" | "value_too_long";

/** A value on the way: numbers are exact fractions, so 1/3 * 3 is 1. */
type Operand = Rational | string | boolean;
type Problem = { readonly code: EvaluationProblem; readonly detail: string };

/** No number on the way is longer than this, so an expression cannot be made to compute for long. */
const INTERMEDIATE_MAX = 10n ** 400n;
const SIGNIFICANT_MAX = 10n ** BigInt(USAGE_LIMITS.significant);

/** The value of an expression over an event's properties. Only what comes out at the end must be a decimal. */
export function evaluate(expression: Expression, properties: Properties): Result<Value, EvaluationProblem> {
  const value = valueOf(expression, properties);
  if (isProblem(value)) return refuse(value.code, value.detail);
  if (typeof value !== "object") return ok(value);
  const decimal = toDecimal(value);
  if (decimal === null) return refuse("value_too_long", "The result does not end within 18 decimals; round() it.");
  if (magnitude(decimal.digits) >= SIGNIFICANT_MAX) return refuse("value_too_long", "The result has more than 38 digits.");
  return ok(decimal);
}

function valueOf(expression: Expression, properties: Properties): Operand | Problem {
  switch (expression.kind) {
    case "number":
    case "text":
    case "boolean":
      return expression.value;
    case "property":
      return propertyValue(expression.name, properties);
    case "exists": {
      const value = readProperty(properties, expression.name);
      return value !== undefined && value !== null;
    }
    case "negate": {
      const operand = numberIn(expression.operand, properties);
      return isProblem(operand) ? operand : negated(operand);
    }
    case "not": {
      const operand = truthIn(expression.operand, properties);
      return isProblem(operand) ? operand : !operand;
    }
    case "and":
    case "or": {
      const left = truthIn(expression.left, properties);
      const decided = expression.kind === "or";
      return isProblem(left) || left === decided ? left : truthIn(expression.right, properties);
    }
    case "compare":
      return compareValues(expression.operator, valueOf(expression.left, properties), valueOf(expression.right, properties));
    case "arithmetic": {
      const left = numberIn(expression.left, properties);
      if (isProblem(left)) return left;
      const right = numberIn(expression.right, properties);
      return isProblem(right) ? right : compute(expression.operator, left, right);
    }
    case "function":
      return applyFunction(expression.name, expression.parts, properties);
    case "round": {
      const operand = numberIn(expression.operand, properties);
      if (isProblem(operand)) return operand;
      const unit = 10n ** BigInt(expression.places);
      return rational(divideRounded(operand.numerator * unit, operand.denominator), unit);
    }
    case "if": {
      const condition = truthIn(expression.condition, properties);
      return isProblem(condition) ? condition : valueOf(condition ? expression.chosen : expression.otherwise, properties);
    }
    case "coalesce":
      return firstPresent(expression.parts, properties);
    default:
      return expression satisfies never;
  }
}

function propertyValue(name: string, properties: Properties): Operand | Problem {
  const value = readProperty(properties, name);
  if (value === undefined || value === null) return { code: "value_missing", detail: `The property ${name} is missing.` };
  if (typeof value === "string" || typeof value === "boolean") return value;
  const number = numberOf(value);
  if (number === null) return { code: "value_invalid", detail: `The property ${name} is not a number, a text or a boolean.` };
  return fromDecimal(number);
}

function numberIn(expression: Expression, properties: Properties): Rational | Problem {
  const value = valueOf(expression, properties);
  if (typeof value === "object") return value;
  return asNumber(value) ?? { code: "value_invalid", detail: `"${String(value)}" is not a number.` };
}

/** A number decides as in arithmetic, where true is 1 and false is 0: only zero is false. */
function truthIn(expression: Expression, properties: Properties): boolean | Problem {
  const value = valueOf(expression, properties);
  if (typeof value === "boolean") return value;
  if (typeof value === "object") return isProblem(value) ? value : value.numerator !== 0n;
  const number = asNumber(value);
  return number === null ? { code: "value_invalid", detail: `"${value}" is neither true nor false.` } : number.numerator !== 0n;
}

function asNumber(value: Operand): Rational | null {
  if (typeof value === "object") return value;
  if (typeof value === "boolean") return { numerator: value ? 1n : 0n, denominator: 1n };
  const number = numberOf(value);
  return number === null ? null : fromDecimal(number);
}

/** Texts are equal as texts; beside a number they count as numbers, as a boolean does. Order is always of numbers. */
function compareValues(operator: Comparison, left: Operand | Problem, right: Operand | Problem): boolean | Problem {
  if (isProblem(left)) return left;
  if (isProblem(right)) return right;
  if (operator === "=" || operator === "!=") return areEqual(left, right) === (operator === "=");
  const [a, b] = [asNumber(left), asNumber(right)];
  if (a === null || b === null) return { code: "value_invalid", detail: `${operator} compares numbers.` };
  const place = order(a, b);
  return operator === "<" ? place < 0 : operator === "<=" ? place <= 0 : operator === ">" ? place > 0 : place >= 0;
}

function areEqual(left: Operand, right: Operand): boolean {
  if (typeof left !== "object" && typeof right !== "object") return String(left) === String(right);
  const [a, b] = [asNumber(left), asNumber(right)];
  return a !== null && b !== null && order(a, b) === 0;
}

function compute(operator: "+" | "-" | "*" | "/", left: Rational, right: Rational): Rational | Problem {
  if (operator === "/" && right.numerator === 0n) return { code: "value_invalid", detail: "Division by zero." };
  const value =
    operator === "+"
      ? plus(left, right)
      : operator === "-"
        ? plus(left, negated(right))
        : operator === "*"
          ? times(left, right)
          : over(left, right);
  return magnitude(value.numerator) < INTERMEDIATE_MAX && value.denominator < INTERMEDIATE_MAX
    ? value
    : { code: "value_too_long", detail: "A number on the way has more than 400 digits." };
}

function applyFunction(name: NumberFunction, parts: readonly Expression[], properties: Properties): Rational | Problem {
  let result: Rational | null = null;
  for (const part of parts) {
    const value = numberIn(part, properties);
    if (isProblem(value)) return value;
    if (result === null || (name === "min" ? order(value, result) < 0 : order(value, result) > 0)) result = value;
  }
  const value = result ?? { numerator: 0n, denominator: 1n };
  if (name === "abs") return { numerator: magnitude(value.numerator), denominator: value.denominator };
  if (name === "floor") return { numerator: floor(value), denominator: 1n };
  return name === "ceil" ? { numerator: -floor(negated(value)), denominator: 1n } : value;
}

function firstPresent(parts: readonly Expression[], properties: Properties): Operand | Problem {
  let value: Operand | Problem = { code: "value_missing", detail: "There is nothing to choose from." };
  for (const part of parts) {
    value = valueOf(part, properties);
    if (!isProblem(value) || value.code !== "value_missing") return value;
  }
  return value;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function isProblem(value: Operand | Problem): value is Problem {
  return typeof value === "object" && "code" in value;
}
