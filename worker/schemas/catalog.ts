import { z } from "@hono/zod-openapi";
import type { CreateFeature } from "#actions/catalog/create-feature";
import type { CreatePlan } from "#actions/catalog/create-plan";
import type { Entitlement, Feature } from "#domain/catalog/feature";
import type { PlanVersion } from "#domain/catalog/plan";
import type { LicensedPrice, Price, QuantityModel, UsagePrice } from "#domain/catalog/price";
import type { Product } from "#domain/catalog/product";
import { decimalText, ZERO } from "#domain/money/decimal";
import { type Interval, intervalUnits } from "#domain/time/cadence";
import { formatInstant } from "#domain/time/instant";
import { currencySchema, decimalSchema, decimalTextSchema, keySchema, nameSchema } from "#worker/schemas/scalars";

export const featureInput = z
  .strictObject({
    key: keySchema,
    name: nameSchema,
    type: z.enum(["boolean", "static", "metered"]),
    meter: z.string().min(1).max(255).optional().openapi({ description: "Key of the meter that a metered feature counts" }),
  })
  .transform(({ key, name, type, meter }, context): CreateFeature => {
    if (type === "metered" && meter !== undefined) return { key, name, type, meter };
    if (type !== "metered" && meter === undefined) return { key, name, type };
    context.addIssue({
      code: "custom",
      path: ["meter"],
      message: type === "metered" ? "A metered feature needs its meter." : `A ${type} feature has no meter.`,
      params: { code: type === "metered" ? "required" : "unknown_field" },
    });
    return z.NEVER;
  })
  .openapi("FeatureInput");

export const featureSchema = z
  .object({
    object: z.literal("feature"),
    id: z.string(),
    key: z.string(),
    name: z.string(),
    type: z.enum(["boolean", "static", "metered"]),
    meter: z.string().nullable(),
  })
  .openapi("Feature");

export function featureToWire(feature: Feature): z.output<typeof featureSchema> {
  const { id, key, name, type } = feature;
  return { object: "feature", id, key, name, type, meter: feature.type === "metered" ? feature.meter : null };
}

export const productInput = z.strictObject({ key: keySchema, name: nameSchema }).openapi("ProductInput");
export const productSchema = z
  .object({ object: z.literal("product"), id: z.string(), key: z.string(), name: z.string() })
  .openapi("Product");

export function productToWire({ id, key, name }: Product): z.output<typeof productSchema> {
  return { object: "product", id, key, name };
}

const money = decimalSchema.openapi({ description: "Major units, exact", example: "99.00" });

const quantityModels = [
  z
    .strictObject({ type: z.literal("per_unit"), unit_amount: money })
    .transform(({ type, unit_amount }): QuantityModel => ({ type, unitAmount: unit_amount })),
  z.strictObject({
    type: z.literal("package"),
    size: decimalSchema.openapi({ description: "Units in a package; a started one is charged whole" }),
    amount: money,
  }),
  z
    .strictObject({
      type: z.literal("graduated"),
      tiers: z
        .array(
          z
            .strictObject({
              up_to: decimalSchema.nullable().openapi({ description: "Last unit of the tier, inclusive; null for the last tier" }),
              unit_amount: money.optional(),
              flat_amount: money.optional(),
            })
            .transform(({ up_to, unit_amount, flat_amount }) => ({
              upTo: up_to,
              unitAmount: unit_amount ?? ZERO,
              flatAmount: flat_amount ?? ZERO,
            })),
        )
        .max(1_000),
    })
    .transform(({ type, tiers }): QuantityModel => ({ type, tiers })),
] as const;

const modelSchema = z
  .discriminatedUnion("type", [z.strictObject({ type: z.literal("flat"), amount: money }), ...quantityModels])
  .openapi("PriceModel");

const priceInput = z
  .strictObject({
    key: keySchema,
    product: z.string().min(1).max(255),
    name: nameSchema,
    kind: z.enum(["flat", "seat", "usage"]),
    timing: z
      .enum(["in_advance", "in_arrears"])
      .optional()
      .openapi({ description: "Default: in_advance for flat and seat, in_arrears for usage" }),
    meter: z.string().min(1).max(255).optional().openapi({ description: "Key of the meter; usage prices only" }),
    included: decimalSchema.optional().openapi({ description: "Free quantity per billing period; usage prices only" }),
    model: modelSchema,
  })
  .transform(({ key, product, name, kind, timing, meter, included, model }, context): Price => {
    const fail = (path: string, code: string, message: string): never => {
      context.addIssue({ code: "custom", path: [path], message, params: { code } });
      return z.NEVER;
    };
    if (kind === "usage") {
      if (meter === undefined) return fail("meter", "required", "A usage price needs its meter.");
      if (timing === "in_advance") return fail("timing", "invalid_value", "Usage is billed in arrears.");
      if (model.type === "flat") return fail("model", "invalid_value", "A usage price has a model of quantities.");
      return { key, product, name, kind, timing: "in_arrears", meter, included: included ?? ZERO, model } satisfies UsagePrice;
    }
    if (meter !== undefined) return fail("meter", "unknown_field", `A ${kind} price has no meter.`);
    if (included !== undefined) return fail("included", "unknown_field", `A ${kind} price includes no quantity.`);
    const facts = { key, product, name, timing: timing ?? "in_advance" } as const;
    if (kind === "flat")
      return model.type === "flat"
        ? ({ ...facts, kind, model } satisfies LicensedPrice)
        : fail("model", "invalid_value", "A flat price has the model flat.");
    return model.type === "flat"
      ? fail("model", "invalid_value", "A seat price has a model of quantities.")
      : ({ ...facts, kind, model } satisfies LicensedPrice);
  })
  .openapi("PriceInput");

const entitlementInput = z
  .strictObject({
    feature: z.string().min(1).max(255),
    value: z
      .union([z.boolean(), z.string().max(1_000)])
      .optional()
      .openapi({ description: "Of a boolean or static feature" }),
    limit: decimalTextSchema.nullable().optional().openapi({ description: "Of a metered feature; null is unlimited" }),
    reset: z.enum(["billing_period", "never"]).optional().openapi({ description: "When use begins anew; default billing_period" }),
    soft: z.boolean().optional().openapi({ description: "Allow more than the limit; default false" }),
  })
  .transform(({ feature, value, limit, reset, soft }, context): Entitlement => {
    if (value === undefined && limit !== undefined)
      return { feature, type: "metered", limit, reset: reset ?? "billing_period", soft: soft ?? false };
    if (value !== undefined && limit === undefined && reset === undefined && soft === undefined) {
      return typeof value === "boolean" ? { feature, type: "boolean", value } : { feature, type: "static", value };
    }
    context.addIssue({
      code: "custom",
      message: "An entitlement has either a value, or a limit with its reset.",
      params: { code: "invalid_value" },
    });
    return z.NEVER;
  })
  .openapi("EntitlementInput");

const intervalSchema = z
  .union([z.enum(intervalUnits), z.strictObject({ unit: z.enum(intervalUnits), count: z.int().min(1).max(60) })])
  .transform((value): Interval => (typeof value === "string" ? { unit: value, count: 1 } : value))
  .openapi({ example: "month" });

export const planInput = z
  .strictObject({
    key: keySchema,
    name: nameSchema,
    currency: currencySchema,
    interval: intervalSchema,
    prices: z.array(priceInput).max(1_000),
    entitlements: z.array(entitlementInput).max(1_000).default([]),
  })
  .transform((input): CreatePlan => input)
  .openapi("PlanInput");

const wireModel = z.looseObject({ type: z.string() });
export const planSchema = z
  .object({
    object: z.literal("plan"),
    id: z.string(),
    key: z.string(),
    name: z.string(),
    version: z.object({ id: z.string(), number: z.int(), status: z.enum(["draft", "published"]), published_at: z.string().nullable() }),
    currency: z.string(),
    interval: z.object({ unit: z.enum(intervalUnits), count: z.int() }),
    prices: z.array(
      z.object({
        key: z.string(),
        product: z.string(),
        name: z.string(),
        kind: z.enum(["flat", "seat", "usage"]),
        timing: z.string(),
        meter: z.string().nullable(),
        included: z.string().nullable(),
        model: wireModel,
      }),
    ),
    entitlements: z.array(
      z.object({
        feature: z.string(),
        value: z.union([z.boolean(), z.string()]).nullable(),
        limit: z.string().nullable(),
        reset: z.string().nullable(),
        soft: z.boolean().nullable(),
      }),
    ),
  })
  .openapi("Plan");

export function planToWire(plan: PlanVersion): z.output<typeof planSchema> {
  const publishedAt = plan.status === "published" ? formatInstant(plan.publishedAt) : null;
  return {
    object: "plan",
    id: plan.planId,
    key: plan.planKey,
    name: plan.planName,
    version: { id: plan.id, number: plan.number, status: plan.status, published_at: publishedAt },
    currency: plan.currency,
    interval: plan.interval,
    prices: plan.prices.map(priceToWire),
    entitlements: plan.entitlements.map((entitlement) =>
      entitlement.type === "metered"
        ? { feature: entitlement.feature, value: null, limit: entitlement.limit, reset: entitlement.reset, soft: entitlement.soft }
        : { feature: entitlement.feature, value: entitlement.value, limit: null, reset: null, soft: null },
    ),
  };
}

function priceToWire(price: Price) {
  const { key, product, name, kind, timing } = price;
  const usage = price.kind === "usage" ? price : null;
  return {
    key,
    product,
    name,
    kind,
    timing,
    meter: usage?.meter ?? null,
    included: usage === null ? null : decimalText(usage.included),
    model: modelToWire(price.model),
  };
}

function modelToWire(model: Price["model"]): { type: string } & Record<string, unknown> {
  switch (model.type) {
    case "flat":
      return { type: model.type, amount: decimalText(model.amount) };
    case "per_unit":
      return { type: model.type, unit_amount: decimalText(model.unitAmount) };
    case "package":
      return { type: model.type, size: decimalText(model.size), amount: decimalText(model.amount) };
    case "graduated":
      return {
        type: model.type,
        tiers: model.tiers.map(({ upTo, unitAmount, flatAmount }) => ({
          up_to: upTo && decimalText(upTo),
          unit_amount: decimalText(unitAmount),
          flat_amount: decimalText(flatAmount),
        })),
      };
  }
}
