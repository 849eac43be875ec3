import type { Id } from "#domain/ids";
import type { Instant } from "#domain/time/instant";

/** Where an event's value comes from: one property (dots reach into nested objects), or an expression over several. */
export type ValueSource = { readonly property: string } | { readonly expression: string };

export const bucketUnits = ["minute", "hour", "day"] as const;

/** A stretch that divides a day: 5 minutes, 6 hours, 1 day. */
export type BucketWindow = { readonly unit: (typeof bucketUnits)[number]; readonly count: number };

/** What the buckets of a window become: the highest, their sum, or the nearest-rank percentile (a decimal text in (0, 100]). */
export type BucketOuter = { readonly type: "max" | "sum" } | { readonly type: "percentile"; readonly percentile: string };

/**
 * What a meter makes of its events. `percentile` is a decimal text in (0, 100], by nearest rank. `time_weighted` is level ×
 * time, in `unit`s; per `window` it is the average level. `bucketed` first makes one value of each bucket, then one of those.
 */
export type Aggregation =
  | { readonly type: "count" }
  | { readonly type: "sum" | "min" | "max" | "avg" | "latest" | "unique_count"; readonly value: ValueSource }
  | { readonly type: "percentile"; readonly value: ValueSource; readonly percentile: string }
  | { readonly type: "time_weighted"; readonly value: ValueSource; readonly unit: "second" | "minute" | "hour" | "day" | "window" }
  | {
      readonly type: "bucketed";
      readonly value: ValueSource;
      readonly inner: "sum" | "max" | "avg";
      readonly window: BucketWindow;
      readonly outer: BucketOuter;
    };

/** A filter's operand as JSON has it; a number that a double cannot hold is its decimal text. */
export type Scalar = string | number | boolean;

/** All filters of a meter must hold. An absent property fails every operator but `!=`, `not_in` and `exists: false`. */
export type Filter = { readonly property: string } & (
  | { readonly operator: "in" | "not_in"; readonly values: readonly Scalar[] }
  | { readonly operator: "=" | "!=" | "<" | "<=" | ">" | ">="; readonly value: Scalar }
  | { readonly operator: "prefix"; readonly value: string }
  | { readonly operator: "exists"; readonly value: boolean }
);

/**
 * How events are read from an instant of event time until the next definition. Definitions are never edited, so a past
 * period always counts the same; the aggregation's kind stays for ever, its value may change.
 */
export type MeterDefinition = {
  readonly from: Instant;
  readonly aggregation: Aggregation;
  readonly filters: readonly Filter[];
  /** Properties that usage can be grouped by; each combination of their values is counted apart. */
  readonly dimensions: readonly string[];
};

/** What an event of a period that was issued already does: correct that bill (default), or be refused. */
export type LatePolicy = "correct" | "reject";

/** Turns the events of one type into a quantity. */
export type Meter = {
  readonly id: Id<"meter">;
  readonly key: string;
  readonly name: string;
  readonly eventType: string;
  /** In order of `from`, at least one; before the first nothing is counted. */
  readonly definitions: readonly [MeterDefinition, ...MeterDefinition[]];
  /** One of what is counted, for people. */
  readonly unit: string | null;
  /** Decimals shown to people; nothing is rounded by it. */
  readonly displayScale: number | null;
  readonly late: LatePolicy;
  /** From this instant of event time on nothing is counted; what was counted stays. */
  readonly archivedAt: Instant | null;
  readonly version: number;
};

/** The definition that reads an event of this time, or null where the meter does not count. */
export function definitionAt(meter: Meter, at: Instant): MeterDefinition | null {
  if (meter.archivedAt !== null && at >= meter.archivedAt) return null;
  // By hand: this is asked once for every event and meter.
  for (let index = meter.definitions.length - 1; index >= 0; index -= 1) {
    const definition = meter.definitions[index];
    if (definition !== undefined && definition.from <= at) return definition;
  }
  return null;
}

/** The kind of a meter, which never changes. */
export function aggregationOf(meter: Meter): Aggregation {
  return meter.definitions[0].aggregation;
}
