import type { Sample } from "#domain/metering/measurement";
import type { Decimal } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";

/** What a total is read for: the samples of `window`, time counted up to `until` (now, while the window is open). */
export type Reading = { readonly window: Period; readonly until: Instant };

/**
 * How samples become a total. Any order of the same samples gives the same value (of two samples at one instant the later
 * arrival stands where only one can). States are plain data; `encode` and `decode` are exact.
 */
export interface Algebra<State> {
  readonly empty: State;
  add(state: State, sample: Sample): State;
  /** Takes a sample out again, or answers null where the state cannot tell what would be left: then the window is counted anew. */
  remove(state: State, sample: Sample): State | null;
  /** Joins the totals of two sets of samples; null for a kind of which only the samples themselves can be joined. */
  readonly merge: ((a: State, b: State) => State) | null;
  /** How many different values a state keeps, for a kind that has to keep them: what bounds it must know. */
  readonly distinct?: (state: State) => number;
  /** Null where nothing was counted and nothing would be wrong to say (the least of no samples is not zero). */
  value(state: State, reading: Reading): Decimal | null;
  encode(state: State): string;
  decode(text: string): State;
}
