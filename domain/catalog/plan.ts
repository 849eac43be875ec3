import type { Entitlement } from "#domain/catalog/feature";
import type { Price } from "#domain/catalog/price";
import type { Id } from "#domain/ids";
import type { Currency } from "#domain/money/currency";
import type { Interval } from "#domain/time/cadence";
import type { Instant } from "#domain/time/instant";

export type Plan = { readonly id: Id<"plan">; readonly key: string; readonly name: string; readonly version: number };

/** The terms of a plan at one time. Once published it never changes; a subscription stays on its version. */
export type PlanVersion = {
  readonly id: Id<"plan_version">;
  readonly planId: Id<"plan">;
  readonly planKey: string;
  readonly planName: string;
  readonly number: number;
  readonly currency: Currency;
  readonly interval: Interval;
  readonly prices: readonly Price[];
  readonly entitlements: readonly Entitlement[];
} & ({ readonly status: "draft" } | { readonly status: "published"; readonly publishedAt: Instant });
