import { z } from "@hono/zod-openapi";

const event = z
  .strictObject({
    id: z.string().max(255).openapi({ description: "Yours; with `source` it identifies the event for ever" }),
    source: z.string().max(255).optional().openapi({ description: "Default: the id of the API key" }),
    type: z.string().max(255),
    customer: z.string().max(255).openapi({ description: "The customer's key (its id works too)" }),
    time: z.string().optional().openapi({ format: "date-time", description: "When it happened; default now" }),
    properties: z.record(z.string(), z.unknown()).optional(),
    subscription: z.string().optional().openapi({ description: "Count for this subscription only" }),
  })
  .openapi("UsageEvent");

export const eventsInputSchema = z.union([event, z.array(event).max(10_000)]);

export const eventsAnswerSchema = z
  .object({
    accepted: z.int(),
    duplicates: z.int(),
    conflicts: z.int(),
    rejected: z.int(),
    unavailable: z.int(),
    unmatched: z.int().openapi({ description: "Of the accepted: kept, and counted when the customer or a meter appears" }),
    results: z.array(
      z.object({
        index: z.int(),
        id: z.string().nullable(),
        status: z.enum(["accepted", "duplicate", "conflict", "rejected", "unavailable"]),
        code: z.string().optional(),
        detail: z.string().optional(),
        path: z.string().optional(),
        unmatched: z.enum(["customer", "type"]).optional(),
        subscription: z.string().optional(),
      }),
    ),
  })
  .openapi("EventResults");
