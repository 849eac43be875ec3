import { z } from "@hono/zod-openapi";
import { ok } from "#domain/result";
import { findCustomer } from "#storage/queries/customers";
import { listUnmatched } from "#storage/queries/unmatched-usage";
import { type App, route } from "#worker/route";
import { listOf, listQuery, pageRequest, pageToWire } from "#worker/schemas/list";
import { referenceSchema } from "#worker/schemas/scalars";
import { unmatchedReason, unmatchedSchema, unmatchedToWire } from "#worker/schemas/unmatched-usage";

/** What arrived and is not counted: nobody's usage may be silently zero. */
export function unmatchedUsageRoutes(app: App): void {
  route(app, {
    method: "get",
    path: "/v1/events/unmatched",
    operationId: "listUnmatchedUsage",
    tag: "Usage",
    summary: "Events kept but not counted: unknown customer, type or value",
    scope: "read",
    changes: false,
    query: z.strictObject({
      ...listQuery,
      reason: unmatchedReason.optional(),
      customer: referenceSchema.optional().openapi({ description: "A customer, or the name that the events came with" }),
      event_type: z.string().min(1).max(255).optional(),
    }),
    responses: { 200: { description: "By customer, reason and type", schema: listOf(unmatchedSchema) } },
    run: async ({ context, query }) => {
      const { db, environment } = context;
      const known = query.customer === undefined ? null : await findCustomer(db, environment.id, query.customer);
      const filter = {
        reason: query.reason ?? null,
        customerKey: known?.key ?? query.customer ?? null,
        eventType: query.event_type ?? null,
      };
      return ok(await listUnmatched(db, environment.id, { ...pageRequest(query), ...filter }));
    },
    answer: (page) => ({ status: 200, body: pageToWire(page, unmatchedToWire) }),
  });
}
