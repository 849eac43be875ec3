import { z } from "@hono/zod-openapi";
import { formatInstant } from "#domain/time/instant";
import type { UnmatchedUsage } from "#storage/queries/unmatched-usage";

export const unmatchedReason = z
  .enum(["customer", "type", "value"])
  .openapi({ description: "Nobody knows the customer or subject; no meter reads the type; or a meter could not read its value" });

export const unmatchedSchema = z
  .object({
    customer: z.string().openapi({ description: "The customer's key, or the name that the events came with" }),
    reason: unmatchedReason,
    event_type: z.string(),
    count: z.int(),
    first_at: z.string(),
    last_at: z.string(),
    refusal: z.string().nullable().openapi({ description: "Why the right customer's ledger would not take them, such as `event_too_old`" }),
  })
  .openapi("UnmatchedUsage");

export function unmatchedToWire(row: UnmatchedUsage): z.output<typeof unmatchedSchema> {
  const { customerKey, reason, eventType, count, firstAt, lastAt, refusal } = row;
  return {
    customer: customerKey,
    reason,
    event_type: eventType,
    count,
    first_at: formatInstant(firstAt),
    last_at: formatInstant(lastAt),
    refusal,
  };
}
