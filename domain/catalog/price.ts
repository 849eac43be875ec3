import type { Decimal } from "#domain/money/decimal";

/** A tier ends with `upTo` (inclusive); the last one is open. Amounts are exact, in major units. */
export type Tier = { readonly upTo: Decimal | null; readonly unitAmount: Decimal; readonly flatAmount: Decimal };

/** How a quantity becomes an amount. Amounts are exact decimals in major units; rounding comes later, once per line. */
export type PriceModel =
  | { readonly type: "flat"; readonly amount: Decimal }
  | { readonly type: "per_unit"; readonly unitAmount: Decimal }
  | { readonly type: "package"; readonly size: Decimal; readonly amount: Decimal }
  | { readonly type: "graduated"; readonly tiers: readonly Tier[] };

export type QuantityModel = Exclude<PriceModel, { type: "flat" }>;

/** `in_advance` is billed when its period begins, `in_arrears` when it ends. */
export type Timing = "in_advance" | "in_arrears";

/** One thing a plan charges for. `key` is unique in its plan version and names the lines on the invoice. */
export type Price = { readonly key: string; readonly product: string; readonly name: string } & (
  | { readonly kind: "flat"; readonly timing: Timing; readonly model: Extract<PriceModel, { type: "flat" }> }
  | { readonly kind: "seat"; readonly timing: Timing; readonly model: QuantityModel }
  | {
      readonly kind: "usage";
      readonly timing: "in_arrears";
      readonly meter: string;
      /** Free quantity per billing period, taken off before the model. */
      readonly included: Decimal;
      readonly model: QuantityModel;
    }
);

export type LicensedPrice = Extract<Price, { kind: "flat" | "seat" }>;
export type UsagePrice = Extract<Price, { kind: "usage" }>;
