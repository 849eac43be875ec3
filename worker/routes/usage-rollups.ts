import { z } from "@hono/zod-openapi";
import { requestRebuild } from "#actions/usage/rebuild-rollups";
import { type App, route } from "#worker/route";
import { referenceSchema } from "#worker/schemas/scalars";

/** Hourly totals of all customers in one place; the ledgers can always fill them again. */
export function usageRollupRoutes(app: App): void {
  route(app, {
    method: "post",
    path: "/v1/usage-rollups/rebuild",
    operationId: "rebuildUsageRollups",
    tag: "Usage",
    summary: "Fill the hourly rollups from the ledgers again, of one customer or of all",
    scope: "admin",
    changes: true,
    body: z
      .strictObject({ customer: referenceSchema.optional().openapi({ description: "Default: all customers" }) })
      .openapi("UsageRollupRebuild"),
    responses: {
      202: {
        description: "It is under way",
        schema: z.object({ object: z.literal("usage_rollup_rebuild"), customer: z.string().nullable() }),
      },
    },
    run: ({ context, body }) => requestRebuild(context, { customer: body.customer ?? null }),
    answer: ({ only }) => ({ status: 202, body: { object: "usage_rollup_rebuild", customer: only } }),
  });
}
