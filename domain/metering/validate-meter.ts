import {
  type Aggregation,
  aggregationOf,
  type BucketWindow,
  type Filter,
  type Meter,
  type MeterDefinition,
  type Scalar,
  type ValueSource,
} from "#domain/catalog/meter";
import { windowMs } from "#domain/metering/bucket";
import { parseExpression } from "#domain/metering/expression/parse-expression";
import { numberOf } from "#domain/metering/property";
import { compare, decimal, decimalText, parseDecimal, ZERO } from "#domain/money/decimal";
import { type FieldProblem, ok, refuse, type Result } from "#domain/result";
import type { Instant } from "#domain/time/instant";

/** How a meter reads events, without the instant from which on it does. */
export type DefinitionTerms = Omit<MeterDefinition, "from">;

const FILTERS_MAX = 20;
const FILTER_VALUES_MAX = 100;
const DIMENSIONS_MAX = 10;
const NAME_LENGTH_MAX = 255;
const DAY_MS = 86_400_000;
const HUNDRED = decimal("100");

/** Checks how a meter would read events. Lists every problem; paths point into the meter as it is sent. */
export function validateDefinition(terms: DefinitionTerms): Result<DefinitionTerms, "invalid_meter"> {
  const problems = [
    ...aggregationProblems(terms.aggregation),
    ...filterListProblems(terms.filters),
    ...dimensionProblems(terms.dimensions),
  ];
  if (problems.length > 0) return refuse("invalid_meter", "The meter cannot count like this.", problems);
  return ok(terms);
}

/**
 * The meter as it reads events from `now` on; what lies before stays as it was. What it makes of values is fixed, since a
 * total cannot be half a maximum; where the values come from, the filters and the dimensions may change.
 */
export function changeDefinition(meter: Meter, next: DefinitionTerms, now: Instant): Result<Meter, "aggregation_is_fixed" | "archived"> {
  if (meter.archivedAt !== null) return refuse("archived", `Meter ${meter.key} is archived.`);
  if (kindOf(aggregationOf(meter)) !== kindOf(next.aggregation))
    return refuse("aggregation_is_fixed", `Meter ${meter.key} keeps its aggregation; another one needs a meter of its own.`);
  const added: MeterDefinition = { ...next, from: now };
  const others = meter.definitions.filter(({ from }) => from !== now);
  const [first = added, ...rest] = [...others, added].toSorted((a, b) => a.from - b.from);
  return ok({ ...meter, definitions: [first, ...rest] });
}

/** Everything of an aggregation but where its value comes from. */
function kindOf(aggregation: Aggregation): string {
  switch (aggregation.type) {
    case "percentile":
      return `percentile ${canonical(aggregation.percentile)}`;
    case "time_weighted":
      return `time_weighted ${aggregation.unit}`;
    case "bucketed": {
      const { inner, window, outer } = aggregation;
      return `bucketed ${inner} ${windowMs(window)} ${outer.type} ${outer.type === "percentile" ? canonical(outer.percentile) : ""}`;
    }
    default:
      return aggregation.type;
  }
}

function canonical(percentile: string): string {
  return decimalText(decimal(percentile));
}

function aggregationProblems(aggregation: Aggregation): FieldProblem[] {
  const problems = aggregation.type === "count" ? [] : valueProblems(aggregation.value);
  if (aggregation.type === "percentile") problems.push(...percentileProblems("/percentile", aggregation.percentile));
  if (aggregation.type === "bucketed") {
    problems.push(...windowProblems(aggregation.window));
    if (aggregation.outer.type === "percentile") problems.push(...percentileProblems("/bucket/percentile", aggregation.outer.percentile));
  }
  return problems;
}

function valueProblems(source: ValueSource): FieldProblem[] {
  if ("property" in source) return nameProblems("/value_property", source.property);
  const parsed = parseExpression(source.expression);
  return parsed.ok ? [] : [problem("/value_expression", "invalid_expression", parsed.error.detail)];
}

function percentileProblems(path: string, text: string): FieldProblem[] {
  const percentile = parseDecimal(text);
  const isRank = typeof percentile !== "string" && compare(percentile, ZERO) > 0 && compare(percentile, HUNDRED) <= 0;
  return isRank ? [] : [problem(path, "out_of_range", "A percentile is above 0 and at most 100.")];
}

function windowProblems(window: BucketWindow): FieldProblem[] {
  const divides = Number.isSafeInteger(window.count) && window.count > 0 && DAY_MS % windowMs(window) === 0;
  return divides ? [] : [problem("/bucket/window/count", "out_of_range", "A bucket divides a day: 5 minutes, 6 hours, 1 day.")];
}

function filterListProblems(filters: readonly Filter[]): FieldProblem[] {
  const tooMany = filters.length > FILTERS_MAX ? [problem("/filters", "too_many", `A meter has at most ${FILTERS_MAX} filters.`)] : [];
  return [...tooMany, ...filters.flatMap((filter, index) => filterProblems(`/filters/${index}`, filter))];
}

function filterProblems(path: string, filter: Filter): FieldProblem[] {
  const problems = nameProblems(`${path}/property`, filter.property);
  switch (filter.operator) {
    case "in":
    case "not_in":
      if (filter.values.length === 0) problems.push(problem(`${path}/values`, "required", "A list has at least one value."));
      if (filter.values.length > FILTER_VALUES_MAX)
        problems.push(problem(`${path}/values`, "too_many", `A list has at most ${FILTER_VALUES_MAX} values.`));
      problems.push(...filter.values.flatMap((value, index) => scalarProblems(`${path}/values/${index}`, value)));
      break;
    case "<":
    case "<=":
    case ">":
    case ">=":
      if (numberOf(filter.value) === null) problems.push(problem(`${path}/value`, "wrong_type", `${filter.operator} needs a number.`));
      break;
    default:
      problems.push(...scalarProblems(`${path}/value`, filter.value));
  }
  return problems;
}

function scalarProblems(path: string, value: Scalar): FieldProblem[] {
  const isReadable = typeof value === "string" ? value.length <= NAME_LENGTH_MAX && value.isWellFormed() : Number.isFinite(Number(value));
  return isReadable
    ? []
    : [problem(path, "invalid_text", `A value is a number, a boolean or a text of at most ${NAME_LENGTH_MAX} characters.`)];
}

function dimensionProblems(dimensions: readonly string[]): FieldProblem[] {
  const problems = dimensions.flatMap((dimension, index) => {
    const path = `/dimensions/${index}`;
    const repeats = dimensions.indexOf(dimension) < index ? [problem(path, "repeated", `${dimension} is a dimension already.`)] : [];
    return [...nameProblems(path, dimension), ...repeats];
  });
  if (dimensions.length > DIMENSIONS_MAX)
    problems.unshift(problem("/dimensions", "too_many", `A meter has at most ${DIMENSIONS_MAX} dimensions.`));
  return problems;
}

function nameProblems(path: string, name: string): FieldProblem[] {
  const isName = name.length > 0 && name.length <= NAME_LENGTH_MAX && name.isWellFormed();
  return isName ? [] : [problem(path, "invalid_text", `A property's name has 1 to ${NAME_LENGTH_MAX} characters.`)];
}

function problem(path: string, code: string, message: string): FieldProblem {
  return { path, code, message };
}
