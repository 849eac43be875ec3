import { z } from "@hono/zod-openapi";
import type { ChangeMeter } from "#actions/catalog/change-meter";
import type { CreateMeter } from "#actions/catalog/create-meter";
import { type Aggregation, bucketUnits, type Meter, type ValueSource } from "#domain/catalog/meter";
import type { Evaluation } from "#domain/metering/evaluate-meter";
import { decimalText } from "#domain/money/decimal";
import { formatInstant } from "#domain/time/instant";
import { filterSchema } from "#worker/schemas/filters";
import { decimalTextSchema, instantSchema, keySchema, nameSchema, zoneSchema } from "#worker/schemas/scalars";

const property = z
  .string()
  .min(1)
  .max(255)
  .openapi({ description: "Name of a property; dots reach into objects", example: "input_tokens" });
const aggregations = [
  "count",
  "sum",
  "min",
  "max",
  "avg",
  "latest",
  "unique_count",
  "percentile",
  "time_weighted",
  "peak_of_window",
  "bucketed",
] as const;
const timeUnits = ["second", "minute", "hour", "day", "window"] as const;
const inners = ["sum", "max", "avg"] as const;
const outers = ["max", "sum", "percentile"] as const;

const valueFields = {
  value_property: property.optional().openapi({ description: "The property that holds the value; exact decimals" }),
  value_expression: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .openapi({ description: "Or an expression over properties", example: "input_tokens + 3 * output_tokens" }),
};
const filters = z.array(filterSchema).openapi({ description: "All of them must hold for an event to be counted" });
const dimensions = z.array(property).openapi({ description: "Properties that usage can be grouped by" });
const unit = z.string().min(1).max(50).openapi({ description: "One of what is counted, for people", example: "token" });
const displayScale = z.int().min(0).max(18).openapi({ description: "Decimals shown to people; nothing is rounded by it" });
const late = z
  .enum(["correct", "reject"])
  .openapi({ description: "What an event of an issued period does: correct that bill, or be refused" });

const definitionFields = {
  event_type: z.string().min(1).max(255).openapi({ description: "Events of this type are counted", example: "llm.request" }),
  aggregation: z.enum(aggregations).openapi({ description: "`peak_of_window` is `bucketed` with the outer `max`" }),
  ...valueFields,
  percentile: decimalTextSchema.optional().openapi({ description: "Above 0, at most 100; nearest rank", example: "95" }),
  time_unit: z.enum(timeUnits).optional().openapi({ description: "Of `time_weighted`: level × hours, or the average level per `window`" }),
  bucket: z
    .strictObject({
      window: z.strictObject({ unit: z.enum(bucketUnits), count: z.int().min(1).max(1_440).default(1) }),
      aggregation: z.enum(inners).default("sum").openapi({ description: "What a bucket is worth" }),
      outer: z.enum(outers).optional().openapi({ description: "What the buckets of a period become" }),
      percentile: decimalTextSchema.optional().openapi({ example: "95" }),
    })
    .optional()
    .openapi({ description: "Of `bucketed` and `peak_of_window`: 95th-percentile billing is the percentile 95 of 5-minute sums" }),
  filters: filters.default([]),
  dimensions: dimensions.default([]),
};

type Definition = z.output<z.ZodObject<typeof definitionFields>>;

/** Adds a problem in one place of the meter. */
type Fail = (path: readonly string[], code: string, message: string) => null;

const failIn =
  (context: z.RefinementCtx, base: readonly string[]): Fail =>
  (path, code, message) => {
    context.addIssue({ code: "custom", path: [...base, ...path], message, params: { code } });
    return null;
  };

/** The aggregation that the flat fields say; a field that it has no use for is a mistake. */
function aggregationOf(given: Definition, fail: Fail): Aggregation | null {
  const { aggregation: type, percentile, time_unit, bucket } = given;
  const isBucketed = type === "bucketed" || type === "peak_of_window";
  const unused = (name: string): null => fail([name], "unknown_field", `${type} takes no ${name}.`);
  if (percentile !== undefined && type !== "percentile") return unused("percentile");
  if (time_unit !== undefined && type !== "time_weighted") return unused("time_unit");
  if (bucket !== undefined && !isBucketed) return unused("bucket");
  if (type === "count") {
    if (given.value_property !== undefined) return unused("value_property");
    return given.value_expression === undefined ? { type } : unused("value_expression");
  }
  const value = valueOf(given, fail);
  if (value === undefined) return fail(["value_property"], "required", `${type} needs a value_property or a value_expression.`);
  if (value === null) return null;
  switch (type) {
    case "percentile":
      return percentile === undefined ? fail(["percentile"], "required", "percentile needs a percentile.") : { type, value, percentile };
    case "time_weighted":
      return { type, value, unit: time_unit ?? "hour" };
    case "bucketed":
    case "peak_of_window":
      return bucketedOf(type, bucket, value, fail);
    default:
      return { type, value };
  }
}

function bucketedOf(type: "bucketed" | "peak_of_window", bucket: Definition["bucket"], value: ValueSource, fail: Fail): Aggregation | null {
  if (bucket === undefined) return fail(["bucket"], "required", `${type} needs a bucket.`);
  const { window, aggregation: inner, percentile } = bucket;
  const outer = bucket.outer ?? (type === "peak_of_window" ? "max" : undefined);
  if (outer === undefined) return fail(["bucket", "outer"], "required", "bucketed needs an outer aggregation.");
  if (type === "peak_of_window" && outer !== "max") return fail(["bucket", "outer"], "invalid_value", "A peak is the max of its buckets.");
  if (outer !== "percentile") {
    if (percentile !== undefined) return fail(["bucket", "percentile"], "unknown_field", `The outer ${outer} takes no percentile.`);
    return { type: "bucketed", value, inner, window, outer: { type: outer } };
  }
  if (percentile === undefined) return fail(["bucket", "percentile"], "required", "The outer percentile needs a percentile.");
  return { type: "bucketed", value, inner, window, outer: { type: outer, percentile } };
}

/** Undefined where there is no value, null where there is a problem. */
function valueOf(
  { value_property, value_expression }: { value_property?: string | undefined; value_expression?: string | undefined },
  fail: Fail,
): ValueSource | null | undefined {
  if (value_property !== undefined && value_expression !== undefined)
    return fail(["value_expression"], "ambiguous", "A value is a property or an expression, not both.");
  if (value_expression !== undefined) return { expression: value_expression };
  return value_property === undefined ? undefined : { property: value_property };
}

export const meterInput = z
  .strictObject({
    key: keySchema,
    name: nameSchema,
    ...definitionFields,
    unit: unit.optional(),
    display_scale: displayScale.optional(),
    late: late.default("correct"),
    backfill: z
      .boolean()
      .default(true)
      .openapi({ description: "Whether events that are stored already are counted, or only those from now on" }),
  })
  .transform((given, context): CreateMeter => {
    const aggregation = aggregationOf(given, failIn(context, []));
    if (aggregation === null) return z.NEVER;
    const { key, name, event_type, display_scale, filters, dimensions, late, backfill } = given;
    const facts = { key, name, eventType: event_type, unit: given.unit ?? null, displayScale: display_scale ?? null, late, backfill };
    return { ...facts, aggregation, filters, dimensions };
  })
  .openapi("MeterInput");

export const meterChange = z
  .strictObject({
    name: nameSchema.optional(),
    unit: unit.nullable().optional(),
    display_scale: displayScale.nullable().optional(),
    late: late.optional(),
    ...valueFields,
    filters: filters.optional(),
    dimensions: dimensions.optional(),
  })
  .transform((given, context): Omit<ChangeMeter, "meter"> => {
    const value = valueOf(given, failIn(context, []));
    if (value === null) return z.NEVER;
    const { name, unit, display_scale, late, filters, dimensions } = given;
    return {
      ...(name === undefined ? {} : { name }),
      ...(unit === undefined ? {} : { unit }),
      ...(display_scale === undefined ? {} : { displayScale: display_scale }),
      ...(late === undefined ? {} : { late }),
      ...(filters === undefined ? {} : { filters }),
      ...(dimensions === undefined ? {} : { dimensions }),
      ...(value === undefined ? {} : { value }),
    };
  })
  .openapi("MeterChange");

const definitionSchema = z.object({
  from: z.string().openapi({ description: "Read so from this event time on" }),
  value_property: z.string().nullable(),
  value_expression: z.string().nullable(),
  filters: z.array(filterSchema),
  dimensions: z.array(z.string()),
});

export const meterSchema = z
  .object({
    object: z.literal("meter"),
    id: z.string(),
    key: z.string(),
    name: z.string(),
    event_type: z.string(),
    aggregation: z.enum(aggregations),
    value_property: z.string().nullable(),
    value_expression: z.string().nullable(),
    percentile: z.string().nullable(),
    time_unit: z.enum(timeUnits).nullable(),
    bucket: z
      .object({
        window: z.object({ unit: z.enum(bucketUnits), count: z.int() }),
        aggregation: z.enum(inners),
        outer: z.enum(outers),
        percentile: z.string().nullable(),
      })
      .nullable(),
    filters: z.array(filterSchema),
    dimensions: z.array(z.string()),
    unit: z.string().nullable(),
    display_scale: z.int().nullable(),
    late: z.enum(["correct", "reject"]),
    archived_at: z.string().nullable(),
    definitions: z
      .array(definitionSchema)
      .openapi({ description: "How events are and were read, in order of time; the fields above are the last" }),
  })
  .openapi("Meter");

export function meterToWire({
  id,
  key,
  name,
  eventType,
  unit,
  displayScale,
  late,
  archivedAt,
  definitions,
}: Meter): z.output<typeof meterSchema> {
  const read = definitions.map(({ from, aggregation, filters, dimensions }) => ({
    from: formatInstant(from),
    ...valueToWire(aggregation),
    filters: filters as z.output<typeof filterSchema>[],
    dimensions: [...dimensions],
  }));
  const last = definitions.at(-1) ?? definitions[0];
  return {
    object: "meter",
    id,
    key,
    name,
    event_type: eventType,
    ...aggregationToWire(last.aggregation),
    filters: last.filters as z.output<typeof filterSchema>[],
    dimensions: [...last.dimensions],
    unit,
    display_scale: displayScale,
    late,
    archived_at: archivedAt === null ? null : formatInstant(archivedAt),
    definitions: read,
  };
}

function valueToWire(aggregation: Aggregation) {
  const value = aggregation.type === "count" ? null : aggregation.value;
  return {
    value_property: value !== null && "property" in value ? value.property : null,
    value_expression: value !== null && "expression" in value ? value.expression : null,
  };
}

function aggregationToWire(aggregation: Aggregation) {
  return {
    aggregation: aggregation.type,
    ...valueToWire(aggregation),
    percentile: aggregation.type === "percentile" ? aggregation.percentile : null,
    time_unit: aggregation.type === "time_weighted" ? aggregation.unit : null,
    bucket: aggregation.type === "bucketed" ? bucketToWire(aggregation) : null,
  };
}

function bucketToWire({ window, inner, outer }: Aggregation & { type: "bucketed" }) {
  return { window, aggregation: inner, outer: outer.type, percentile: outer.type === "percentile" ? outer.percentile : null };
}

const EVALUATED_MAX = 1_000;

export const evaluateInput = z
  .strictObject({
    definition: z
      .strictObject(definitionFields)
      .transform((given, context) => {
        const aggregation = aggregationOf(given, failIn(context, []));
        if (aggregation === null) return z.NEVER;
        return { eventType: given.event_type, aggregation, filters: given.filters, dimensions: given.dimensions };
      })
      .openapi("MeterDefinitionInput"),
    events: z
      .array(
        z.strictObject({
          type: z.string().optional().openapi({ description: "Default: the definition's" }),
          time: z.string().optional().openapi({ format: "date-time", description: "Default: now" }),
          properties: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .max(EVALUATED_MAX),
    from: instantSchema.optional().openapi({ description: "Default: the first event" }),
    to: instantSchema.optional().openapi({ description: "Exclusive. Default: now, or after the last event" }),
    time_zone: zoneSchema.optional().openapi({ description: "Where the days of buckets begin. Default: UTC" }),
  })
  .openapi("MeterEvaluationInput");

const group = z.record(z.string(), z.string().nullable());

export const evaluationSchema = z
  .object({
    total: z.string().nullable().openapi({ description: "Null where nothing was counted and zero would be wrong" }),
    groups: z.array(z.object({ group, value: z.string().nullable() })),
    events: z.array(
      z.object({
        index: z.int(),
        status: z.enum(["counted", "not_counted", "problem"]),
        group: group.optional(),
        value: z.string().optional().openapi({ description: "Of `unique_count`, what is told apart" }),
        code: z.string().optional(),
        detail: z.string().optional(),
        path: z.string().optional(),
      }),
    ),
  })
  .openapi("MeterEvaluation");

export function evaluationToWire({ total, groups, events }: Evaluation): z.output<typeof evaluationSchema> {
  return {
    total: total && decimalText(total),
    groups: groups.map(({ group, value }) => ({ group, value: value && decimalText(value) })),
    events: events.map((event, index) => {
      if (event.status === "counted")
        return { index, status: event.status, group: event.group, value: event.text === "" ? decimalText(event.value) : event.text };
      if (event.status === "not_counted") return { index, status: event.status };
      const { code, detail, errors } = event.problem;
      return { index, status: event.status, code, detail, ...(errors?.[0] === undefined ? {} : { path: errors[0].path }) };
    }),
  };
}
