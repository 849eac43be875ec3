import { z } from "@hono/zod-openapi";

const period = z.object({ start: z.string(), end: z.string().nullable() });

/** What a watcher is told; made in `durable-objects/live`. */
export const usageMessageSchema = z
  .object({
    type: z.literal("usage"),
    as_of: z.string(),
    meters: z.array(z.object({ meter: z.string(), unit: z.string().nullable(), subscription: z.string(), period, value: z.string() })),
    bills: z.array(
      z.object({
        currency: z.string(),
        total: z.int(),
        lines: z.array(z.object({ price: z.string(), description: z.string(), period, quantity: z.string(), amount: z.int() })),
      }),
    ),
  })
  .openapi("UsageMessage");
