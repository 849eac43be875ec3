import { z } from "@hono/zod-openapi";
import type { CheckDecision, EntitlementState } from "#domain/entitlements/check-entitlement";
import { formatInstant, type Instant } from "#domain/time/instant";
import { decimalTextSchema, referenceSchema } from "#worker/schemas/scalars";

export const checkInput = z
  .strictObject({
    customer: referenceSchema,
    feature: referenceSchema,
    quantity: decimalTextSchema
      .refine((quantity) => !quantity.startsWith("-"), { message: "A quantity is not negative.", params: { code: "negative" } })
      .optional()
      .openapi({ description: "How much of it; default 1" }),
  })
  .openapi("CheckInput");

const window = z.object({ start: z.string(), end: z.string().nullable() }).nullable();
const state = {
  feature: z.string(),
  type: z.enum(["boolean", "static", "metered"]),
  value: z.union([z.boolean(), z.string()]).nullable(),
  unit: z.string().nullable(),
  limit: z.string().nullable().openapi({ description: "Null is unlimited" }),
  used: z.string(),
  remaining: z.string().nullable(),
  overage: z.string(),
  soft: z.boolean(),
  window,
};

export const entitlementSchema = z.object(state).openapi("Entitlement");

export const checkSchema = z
  .object({
    allowed: z.boolean(),
    code: z.enum(["feature_unknown", "not_entitled", "limit_reached"]).nullable(),
    ...state,
    retry_at: z.string().nullable().openapi({ description: "When the limit frees, if it does" }),
    served_by: z.literal("home"),
    as_of: z.string(),
  })
  .openapi("Check");

const timeOf = (at: Instant | null): string | null => (at !== null && Number.isFinite(at) ? formatInstant(at) : null);

export function entitlementToWire({
  feature,
  type,
  value,
  unit,
  limit,
  used,
  remaining,
  overage,
  soft,
  window: open,
}: EntitlementState): z.output<typeof entitlementSchema> {
  return {
    feature,
    type,
    value,
    unit,
    limit,
    used,
    remaining,
    overage,
    soft,
    window: open && { start: formatInstant(open.start), end: timeOf(open.end) },
  };
}

export function checkToWire(decision: CheckDecision): z.output<typeof checkSchema> {
  const { allowed, code, retryAt, asOf } = decision;
  return { allowed, code, ...entitlementToWire(decision), retry_at: timeOf(retryAt), served_by: "home", as_of: formatInstant(asOf) };
}
