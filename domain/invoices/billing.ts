import type { PlanVersion } from "#domain/catalog/plan";
import type { Id } from "#domain/ids";
import type { Line } from "#domain/invoices/line";
import type { Decimal } from "#domain/money/decimal";
import type { Subscription } from "#domain/subscriptions/subscription";
import type { Instant } from "#domain/time/instant";

/** The live or frozen quantity of a meter in the usage window that begins at `start`. */
export type UsageReading = (meter: string, start: Instant) => Decimal;

/** All that decides what a subscription owes at a moment. */
export type Billing = {
  readonly subscription: Subscription;
  readonly planVersions: ReadonlyMap<Id<"plan_version">, PlanVersion>;
  readonly usage: UsageReading;
  /** The engine lines of issued invoices that end after `unsettledFrom`, or more: what lies before it is left alone. */
  readonly billed: readonly Line[];
  /** Everything due at or before this instant belongs to the bill. */
  readonly asOf: Instant;
  /** Also rate the usage of periods still open: the bill so far. */
  readonly includeOpen: boolean;
};

/** A line before it has its place in the sequence of its key. */
export type UnnumberedLine = Omit<Line, "sequence">;
