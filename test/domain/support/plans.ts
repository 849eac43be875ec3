import type { PlanVersion } from "#domain/catalog/plan";
import type { LicensedPrice, Price, QuantityModel, Timing, UsagePrice } from "#domain/catalog/price";
import type { Customer } from "#domain/customers/customer";
import type { Id, IdKind } from "#domain/ids";
import type { Currency } from "#domain/money/currency";
import { decimal } from "#domain/money/decimal";
import type { Interval } from "#domain/time/cadence";
import { parseInstant, type Instant } from "#domain/time/instant";
import type { Zone } from "#domain/time/zone";

export const USD = "USD" as Currency;
export const JPY = "JPY" as Currency;
export const KWD = "KWD" as Currency;

/** An id that a reader of a failing test recognises. */
export function idOf<Kind extends IdKind>(_kind: Kind, text: string): Id<Kind> {
  return text as Id<Kind>;
}

export function zoneOf(name: string): Zone {
  return name as Zone;
}

export function instantOf(text: string): Instant {
  const instant = parseInstant(text);
  if (typeof instant !== "number") throw new Error(`not an instant: ${text}`);
  return instant;
}

export function flat(key: string, amount: string, timing: Timing = "in_advance"): LicensedPrice {
  return { key, product: "app", name: key, kind: "flat", timing, model: { type: "flat", amount: decimal(amount) } };
}

export function seat(key: string, model: QuantityModel, timing: Timing = "in_advance"): LicensedPrice {
  return { key, product: "app", name: key, kind: "seat", timing, model };
}

export function usage(key: string, model: QuantityModel, included = "0", meter = key): UsagePrice {
  return { key, product: "app", name: key, kind: "usage", timing: "in_arrears", meter, included: decimal(included), model };
}

export function perUnit(unitAmount: string): QuantityModel {
  return { type: "per_unit", unitAmount: decimal(unitAmount) };
}

export function packages(size: string, amount: string): QuantityModel {
  return { type: "package", size: decimal(size), amount: decimal(amount) };
}

/** Tiers as `[up_to, unit amount, flat amount]`. */
export function graduated(...tiers: readonly (readonly [string | null, string, string?])[]): QuantityModel {
  return {
    type: "graduated",
    tiers: tiers.map(([upTo, unitAmount, flatAmount]) => ({
      upTo: upTo === null ? null : decimal(upTo),
      unitAmount: decimal(unitAmount),
      flatAmount: decimal(flatAmount ?? "0"),
    })),
  };
}

export const MONTHLY: Interval = { unit: "month", count: 1 };
export const YEARLY: Interval = { unit: "year", count: 1 };

/** A published version 1 of a plan that bills in US dollars every month, unless told otherwise. */
export function plan(key: string, prices: readonly Price[], given: { interval?: Interval; currency?: Currency } = {}): PlanVersion {
  return {
    id: idOf("plan_version", `pv_${key}`),
    planId: idOf("plan", `plan_${key}`),
    planKey: key,
    planName: key,
    number: 1,
    currency: given.currency ?? USD,
    interval: given.interval ?? MONTHLY,
    prices,
    entitlements: [],
    status: "published",
    publishedAt: instantOf("2020-01-01T00:00:00Z"),
  };
}

export function customer(given: { zone?: string; currency?: Currency | null } = {}): Customer {
  return {
    id: idOf("customer", "cus_ada"),
    key: "ada",
    name: "Ada",
    email: null,
    currency: given.currency ?? null,
    timeZone: zoneOf(given.zone ?? "UTC"),
    region: null,
    billingAddress: null,
    contractVersion: 0,
    version: 0,
  };
}
