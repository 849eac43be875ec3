import { z } from "@hono/zod-openapi";
import type { CreateSubscription } from "#actions/subscriptions/create-subscription";
import type { SubscriptionView } from "#actions/subscriptions/view-subscription";
import { currentPeriod, shownRevision } from "#domain/subscriptions/current-terms";
import { formatInstant, type Instant } from "#domain/time/instant";
import { calendarDateSchema, decimalTextSchema, instantSchema, referenceSchema } from "#worker/schemas/scalars";

const quantitiesSchema = z
  .record(z.string().min(1).max(128), decimalTextSchema)
  .openapi({ type: "object", description: "Seats by the key of their price", example: { seats: "5" } });

export const subscriptionInput = z
  .strictObject({
    customer: referenceSchema.openapi({ description: "Id or key" }),
    plan: referenceSchema.openapi({ description: "Id or key; its latest version must be published" }),
    start_on: calendarDateSchema.optional().openapi({ description: "A local day of the customer. Default: now" }),
    start_at: instantSchema.optional(),
    billing_anchor: z
      .strictObject({
        day: z.int().min(1).max(31).optional(),
        month: z.int().min(1).max(12).optional(),
        weekday: z.int().min(1).max(7).optional(),
      })
      .optional()
      .openapi({ description: "Where periods begin: day of the month, month of the year, weekday (1 Monday)" }),
    quantities: quantitiesSchema.optional(),
  })
  .transform(({ customer, plan, start_on, start_at, billing_anchor, quantities }, context): CreateSubscription => {
    if (start_on !== undefined && start_at !== undefined) {
      context.addIssue({
        code: "custom",
        path: ["start_at"],
        message: "Give start_on or start_at, not both.",
        params: { code: "invalid_value" },
      });
      return z.NEVER;
    }
    const { day, month, weekday } = billing_anchor ?? {};
    const anchor = {
      ...(day === undefined ? {} : { day }),
      ...(month === undefined ? {} : { month }),
      ...(weekday === undefined ? {} : { weekday }),
    };
    const start = start_on !== undefined ? { on: start_on } : start_at !== undefined ? { at: start_at } : null;
    return { customer, plan, start, anchor, quantities: quantities ?? {} };
  })
  .openapi("SubscriptionInput");

export const changeInput = z
  .strictObject({
    plan: referenceSchema.optional(),
    quantities: quantitiesSchema.optional(),
    effective: z.literal("now").default("now"),
    proration: z.literal("prorate").default("prorate"),
    billing: z.enum(["now", "next_invoice"]).default("now"),
    payment: z.literal("allow").default("allow"),
    at: instantSchema.optional().openapi({ description: "Fixes the instant, so that preview and call agree" }),
  })
  .openapi("SubscriptionChange");

export const cancelInput = z.strictObject({ effective: z.literal("period_end").default("period_end") }).openapi("SubscriptionCancel");

export const subscriptionSchema = z
  .object({
    object: z.literal("subscription"),
    id: z.string(),
    customer: z.string().openapi({ description: "The customer's key" }),
    status: z.enum(["scheduled", "active", "canceled"]),
    plan: z.string().openapi({ description: "Key of the plan in force; before the start the first, after the end the last" }),
    plan_name: z.string(),
    plan_version: z.string(),
    currency: z.string(),
    time_zone: z.string(),
    start_at: z.string(),
    end_at: z.string().nullable(),
    quantities: z.record(z.string(), z.string()),
    current_period: z
      .object({ start: z.string(), end: z.string() })
      .nullable()
      .openapi({ description: "The open billing period; a stub begins with the subscription" }),
  })
  .openapi("Subscription");

/** `now` decides which terms and which period are the current ones. */
export function subscriptionToWire({ subscription, plan }: SubscriptionView, now: Instant): z.output<typeof subscriptionSchema> {
  const { id, customerKey, status, currency, zone, startAt, endAt } = subscription;
  const period = currentPeriod(subscription, now);
  return {
    object: "subscription",
    id,
    customer: customerKey,
    status,
    plan: plan.planKey,
    plan_name: plan.planName,
    plan_version: plan.id,
    currency,
    time_zone: zone,
    start_at: formatInstant(startAt),
    end_at: endAt === null ? null : formatInstant(endAt),
    quantities: shownRevision(subscription, now).quantities,
    current_period: period && { start: formatInstant(period.start), end: formatInstant(period.end) },
  };
}
