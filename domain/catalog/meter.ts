import type { Id } from "#domain/ids";

/** What a meter makes of its events: how many there were, or the exact sum of one property. */
export type Aggregation = { readonly type: "count" } | { readonly type: "sum"; readonly valueProperty: string };

/** Turns the events of one type into a quantity. Immutable once created, so a past period always counts the same. */
export type Meter = {
  readonly id: Id<"meter">;
  readonly key: string;
  readonly name: string;
  readonly eventType: string;
  readonly aggregation: Aggregation;
  readonly unit: string | null;
};
