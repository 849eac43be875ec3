import type { EventType, Filter, Meter, MeterChange, MeterDefinition, MeterInput } from "../api/meters";

export const AGGREGATIONS = [
  ["count", "Count of events"],
  ["sum", "Sum of a value"],
  ["unique_count", "Number of different values"],
  ["max", "Highest value"],
  ["min", "Lowest value"],
  ["avg", "Average value"],
  ["latest", "Latest value"],
  ["percentile", "Percentile of a value"],
  ["time_weighted", "Level over time (GB-hours, seat-days)"],
  ["peak_of_window", "Peak of buckets (busiest hour)"],
  ["bucketed", "Buckets, then one of them (95th percentile of 5 minutes)"],
] as const;

export const OPERATORS = ["=", "!=", "in", "not_in", "<", "<=", ">", ">=", "prefix", "exists"] as const;

export type FilterDraft = { readonly property: string; readonly operator: (typeof OPERATORS)[number]; readonly value: string };

/** A meter as it stands in the form: every field as its text. */
export type MeterDraft = {
  readonly key: string;
  readonly name: string;
  readonly eventType: string;
  readonly aggregation: Meter["aggregation"];
  readonly valueFrom: "property" | "expression";
  readonly value: string;
  readonly percentile: string;
  readonly timeUnit: NonNullable<Meter["time_unit"]>;
  readonly bucketUnit: "minute" | "hour" | "day";
  readonly bucketCount: string;
  readonly inner: "sum" | "max" | "avg";
  readonly outer: "max" | "sum" | "percentile";
  readonly filters: readonly FilterDraft[];
  readonly dimensions: string;
  readonly unit: string;
  readonly displayScale: string;
  readonly late: Meter["late"];
  readonly backfill: boolean;
};

export function emptyDraft(eventType: string): MeterDraft {
  return {
    key: "",
    name: "",
    eventType,
    aggregation: "count",
    valueFrom: "property",
    value: "",
    percentile: "95",
    timeUnit: "hour",
    bucketUnit: "minute",
    bucketCount: "5",
    inner: "sum",
    outer: "percentile",
    filters: [],
    dimensions: "",
    unit: "",
    displayScale: "",
    late: "correct",
    backfill: true,
  };
}

export function draftOf(meter: Meter): MeterDraft {
  const { bucket } = meter;
  return {
    ...emptyDraft(meter.event_type),
    key: meter.key,
    name: meter.name,
    aggregation: meter.aggregation,
    valueFrom: meter.value_expression === null ? "property" : "expression",
    value: meter.value_property ?? meter.value_expression ?? "",
    percentile: meter.percentile ?? bucket?.percentile ?? "95",
    timeUnit: meter.time_unit ?? "hour",
    ...(bucket && {
      bucketUnit: bucket.window.unit,
      bucketCount: String(bucket.window.count),
      inner: bucket.aggregation,
      outer: bucket.outer,
    }),
    filters: meter.filters.map(filterDraft),
    dimensions: meter.dimensions.join(", "),
    unit: meter.unit ?? "",
    displayScale: meter.display_scale === null ? "" : String(meter.display_scale),
    late: meter.late,
  };
}

function filterDraft(filter: Filter): FilterDraft {
  const { property, operator } = filter;
  return { property, operator, value: "values" in filter ? filter.values.join(", ") : String(filter.value) };
}

/** Operands go as texts: the API compares a number with a text by the number it says. */
function filterOf({ property, operator, value }: FilterDraft): Filter {
  if (operator === "in" || operator === "not_in") return { property, operator, values: listOf(value) };
  if (operator === "exists") return { property, operator, value: value !== "false" };
  return { property, operator, value };
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

export function definitionOf(draft: MeterDraft): MeterDefinition {
  const { aggregation, percentile } = draft;
  const isBucketed = aggregation === "bucketed" || aggregation === "peak_of_window";
  const window = { unit: draft.bucketUnit, count: Number(draft.bucketCount) };
  const outer = aggregation === "peak_of_window" ? "max" : draft.outer;
  return {
    event_type: draft.eventType,
    aggregation,
    ...(aggregation === "count" ? {} : valueOf(draft)),
    ...(aggregation === "percentile" ? { percentile } : {}),
    ...(aggregation === "time_weighted" ? { time_unit: draft.timeUnit } : {}),
    ...(isBucketed ? { bucket: { window, aggregation: draft.inner, outer, ...(outer === "percentile" ? { percentile } : {}) } } : {}),
    filters: draft.filters.map(filterOf),
    dimensions: listOf(draft.dimensions),
  };
}

function valueOf({ valueFrom, value }: MeterDraft) {
  if (value.trim() === "") return {};
  return valueFrom === "property" ? { value_property: value.trim() } : { value_expression: value };
}

export function inputOf(draft: MeterDraft): MeterInput {
  const { key, name, unit, displayScale, late, backfill } = draft;
  const shown = { ...(unit === "" ? {} : { unit }), ...(displayScale === "" ? {} : { display_scale: Number(displayScale) }) };
  return { key, name, ...definitionOf(draft), ...shown, late, backfill };
}

/** Only what differs: a definition that is sent again would begin anew today. */
export function changeOf(meter: Meter, draft: MeterDraft): MeterChange {
  const before = draftOf(meter);
  const differs = (...fields: readonly (keyof MeterDraft)[]): boolean =>
    fields.some((field) => JSON.stringify(before[field]) !== JSON.stringify(draft[field]));
  const { filters, dimensions } = definitionOf(draft);
  return {
    ...(differs("name") ? { name: draft.name } : {}),
    ...(differs("unit") ? { unit: draft.unit === "" ? null : draft.unit } : {}),
    ...(differs("displayScale") ? { display_scale: draft.displayScale === "" ? null : Number(draft.displayScale) } : {}),
    ...(differs("late") ? { late: draft.late } : {}),
    ...(differs("value", "valueFrom") ? valueOf(draft) : {}),
    ...(differs("filters") ? { filters } : {}),
    ...(differs("dimensions") ? { dimensions } : {}),
  };
}

/** Events such as arrive of a type, made so that the meter as it stands can count them. */
export function sampleOf(type: EventType | undefined, draft: MeterDraft): string {
  const sample = ({ name, kinds }: EventType["properties"][number], at: number): unknown => {
    const filter = draft.filters.find(({ property }) => property === name);
    if (filter?.operator === "=" || filter?.operator === "in") return listOf(filter.value)[0] ?? "";
    if (kinds.includes("number") || draft.value.includes(name)) return 100 * (at + 1);
    if (kinds.includes("boolean")) return at % 2 === 0;
    if (kinds.includes("object")) return {};
    return kinds.includes("list") ? [] : `${name}-${at + 1}`;
  };
  const events = [0, 1, 2].map((at) => ({
    properties: Object.fromEntries((type?.properties ?? []).map((property) => [property.name, sample(property, at)])),
  }));
  return `[\n${events.map((event) => `  ${JSON.stringify(event)}`).join(",\n")}\n]`;
}
