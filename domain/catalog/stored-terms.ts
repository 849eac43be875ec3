import type { Entitlement } from "#domain/catalog/feature";
import type { PlanVersion } from "#domain/catalog/plan";
import type { LicensedPrice, Price, QuantityModel, Tier, UsagePrice } from "#domain/catalog/price";
import { type Decimal, decimal, decimalText } from "#domain/money/decimal";

/** A value with every exact decimal in it written as its text, so it survives JSON. */
type Stored<T> = T extends Decimal
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Stored<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Stored<T[Key]> }
      : T;

/** The terms of a plan version as JSON: in D1, and in the contract a ledger holds. */
export type StoredTerms = { readonly prices: readonly Stored<Price>[]; readonly entitlements: readonly Entitlement[] };

export function storeTerms(prices: readonly Price[], entitlements: readonly Entitlement[]): StoredTerms {
  return { prices: prices.map(storePrice), entitlements };
}

export function readTerms(stored: StoredTerms): { prices: Price[]; entitlements: readonly Entitlement[] } {
  return { prices: stored.prices.map(readPrice), entitlements: stored.entitlements };
}

function storePrice(price: Price): Stored<Price> {
  switch (price.kind) {
    case "flat":
      return { ...price, model: { type: "flat", amount: decimalText(price.model.amount) } };
    case "seat":
      return { ...price, model: storeModel(price.model) };
    case "usage":
      return { ...price, included: decimalText(price.included), model: storeModel(price.model) };
  }
}

function readPrice(stored: Stored<Price>): Price {
  switch (stored.kind) {
    case "flat":
      return { ...stored, model: { type: "flat", amount: decimal(stored.model.amount) } } satisfies LicensedPrice;
    case "seat":
      return { ...stored, model: readModel(stored.model) } satisfies LicensedPrice;
    case "usage":
      return { ...stored, included: decimal(stored.included), model: readModel(stored.model) } satisfies UsagePrice;
  }
}

function storeModel(model: QuantityModel): Stored<QuantityModel> {
  switch (model.type) {
    case "per_unit":
      return { type: "per_unit", unitAmount: decimalText(model.unitAmount) };
    case "package":
      return { type: "package", size: decimalText(model.size), amount: decimalText(model.amount) };
    case "graduated":
      return { type: "graduated", tiers: model.tiers.map(storeTier) };
  }
}

function readModel(stored: Stored<QuantityModel>): QuantityModel {
  switch (stored.type) {
    case "per_unit":
      return { type: "per_unit", unitAmount: decimal(stored.unitAmount) };
    case "package":
      return { type: "package", size: decimal(stored.size), amount: decimal(stored.amount) };
    case "graduated":
      return { type: "graduated", tiers: stored.tiers.map(readTier) };
  }
}

function storeTier(tier: Tier): Stored<Tier> {
  return { upTo: tier.upTo && decimalText(tier.upTo), unitAmount: decimalText(tier.unitAmount), flatAmount: decimalText(tier.flatAmount) };
}

function readTier(stored: Stored<Tier>): Tier {
  return {
    upTo: stored.upTo === null ? null : decimal(stored.upTo),
    unitAmount: decimal(stored.unitAmount),
    flatAmount: decimal(stored.flatAmount),
  };
}

/** A plan version as JSON. */
export type StoredPlanVersion = Omit<PlanVersion, "prices" | "entitlements"> & StoredTerms;

export function storePlanVersion({ prices, entitlements, ...facts }: PlanVersion): StoredPlanVersion {
  return { ...facts, ...storeTerms(prices, entitlements) };
}

export function readPlanVersion({ prices, entitlements, ...facts }: StoredPlanVersion): PlanVersion {
  return { ...facts, ...readTerms({ prices, entitlements }) } as PlanVersion;
}
