import type { Filter, Meter } from "../api/meters";

type Counting = Pick<Meter, "aggregation" | "value_property" | "value_expression" | "percentile" | "time_unit" | "bucket">;

const INNER = { sum: "sums", max: "peaks", avg: "averages" } as const;
const EVERY = { minute: "one-minute", hour: "hourly", day: "daily" } as const;

/** What a meter makes of its events, as one would say it. */
export function meterWords({ aggregation, value_property, value_expression, percentile, time_unit, bucket }: Counting): string {
  const value = value_property ?? value_expression ?? "…";
  switch (aggregation) {
    case "count":
      return "number of events";
    case "sum":
      return `sum of ${value}`;
    case "min":
      return `lowest ${value}`;
    case "max":
      return `highest ${value}`;
    case "avg":
      return `average ${value}`;
    case "latest":
      return `latest ${value}`;
    case "unique_count":
      return `number of different ${value}`;
    case "percentile":
      return `${ordinal(percentile)} percentile of ${value}`;
    case "time_weighted":
      return time_unit === "window" ? `average level of ${value} over time` : `${value} × ${time_unit ?? "hour"}s`;
    case "peak_of_window":
    case "bucketed":
      return bucketWords(bucket, value);
  }
}

function bucketWords(bucket: Meter["bucket"], value: string): string {
  if (bucket === null) return `buckets of ${value}`;
  const { window, aggregation, outer, percentile } = bucket;
  const outside = outer === "percentile" ? `${ordinal(percentile)} percentile` : outer === "max" ? "highest" : "total";
  const every = window.count === 1 ? EVERY[window.unit] : `${window.count}-${window.unit}`;
  return `${outside} of ${every} ${INNER[aggregation]} of ${value}`;
}

function ordinal(percentile: string | null): string {
  const text = percentile === null || percentile === "" ? "…" : percentile;
  const [tens, last] = [text.at(-2), text.at(-1)];
  if (tens === "1" && text.length > 1) return `${text}th`;
  return `${text}${last === "1" ? "st" : last === "2" ? "nd" : last === "3" ? "rd" : "th"}`;
}

export function filterWords(filter: Filter): string {
  switch (filter.operator) {
    case "in":
    case "not_in":
      return `${filter.property} ${filter.operator === "in" ? "is one of" : "is none of"} ${filter.values.join(", ")}`;
    case "exists":
      return `${filter.property} is ${filter.value ? "present" : "absent"}`;
    case "prefix":
      return `${filter.property} begins with ${filter.value}`;
    default:
      return `${filter.property} ${filter.operator} ${String(filter.value)}`;
  }
}
