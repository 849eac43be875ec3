import type { Aggregation, Filter, Meter } from "#domain/catalog/meter";
import type { Id } from "#domain/ids";

type Form = { readonly filters?: readonly Filter[]; readonly dimensions?: readonly string[] };

function meter(key: string, aggregation: Aggregation, { filters = [], dimensions = [] }: Form = {}): Meter {
  return {
    id: `mtr_${key}` as Id<"meter">,
    key,
    name: key,
    eventType: "call",
    definitions: [{ from: 0, aggregation, filters, dimensions }],
    unit: null,
    displayScale: null,
    late: "correct",
    archivedAt: null,
    version: 1,
  };
}

const amount = { property: "amount" } as const;
const fiveMinutes = { unit: "minute", count: 5 } as const;

/** One meter of every kind over the events that the model sends. */
export const modelMeters: readonly Meter[] = [
  meter("count", { type: "count" }, { dimensions: ["region"] }),
  meter("sum", { type: "sum", value: amount }, { dimensions: ["region", "model"] }),
  meter("sum_of_expression", { type: "sum", value: { expression: "amount * 2 + if(exists(model), 1, 0)" } }),
  meter("eu_sum", { type: "sum", value: amount }, { filters: [{ property: "region", operator: "=", value: "eu" }] }),
  meter("min", { type: "min", value: amount }),
  meter("max", { type: "max", value: amount }, { dimensions: ["region"] }),
  meter("avg", { type: "avg", value: amount }),
  meter("latest", { type: "latest", value: amount }),
  meter("unique", { type: "unique_count", value: { property: "user" } }, { dimensions: ["region"] }),
  meter("median", { type: "percentile", value: amount, percentile: "50" }),
  meter("level", { type: "time_weighted", value: amount, unit: "hour" }, { dimensions: ["region"] }),
  meter("average_level", { type: "time_weighted", value: amount, unit: "window" }),
  meter("peak", { type: "bucketed", value: amount, inner: "sum", window: fiveMinutes, outer: { type: "max" } }),
  meter("p95", {
    type: "bucketed",
    value: amount,
    inner: "sum",
    window: { unit: "hour", count: 6 },
    outer: { type: "percentile", percentile: "95" },
  }),
  meter("daily_high", { type: "bucketed", value: amount, inner: "max", window: { unit: "day", count: 1 }, outer: { type: "sum" } }),
];
