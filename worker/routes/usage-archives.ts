import { z } from "@hono/zod-openapi";
import { listUsageMonths, requestArchive, requestRestore } from "#actions/usage/request-archive";
import { type App, route } from "#worker/route";
import { listOf } from "#worker/schemas/list";
import { referenceSchema } from "#worker/schemas/scalars";
import { archiveSchema, archiveToWire, monthSchema, usageMonthSchema, usageMonthToWire } from "#worker/schemas/usage-archives";

/** Where a customer's raw events lie, month by month; the counters never change through any of it. */
export function usageArchiveRoutes(app: App): void {
  const tag = "Usage archives";
  const params = z.object({ customer: referenceSchema });
  route(app, {
    method: "get",
    path: "/v1/customers/{customer}/usage-archives",
    operationId: "listUsageArchives",
    tag,
    summary: "The months of a customer's raw events, and what was archived of them",
    scope: "read",
    changes: false,
    params,
    responses: { 200: { description: "All months, oldest first", schema: listOf(usageMonthSchema) } },
    run: ({ context, params: { customer } }) => listUsageMonths(context, { customer }),
    answer: (months) => ({ status: 200, body: { data: months.map(usageMonthToWire), next_cursor: null } }),
  });
  route(app, {
    method: "post",
    path: "/v1/customers/{customer}/usage-archives",
    operationId: "createUsageArchive",
    tag,
    summary: "Archive a month now, or all that are ready",
    scope: "admin",
    changes: true,
    params,
    body: z.strictObject({ month: monthSchema.optional() }).openapi("UsageArchiveInput"),
    responses: {
      202: { description: "It is under way", schema: z.object({ customer: z.string(), months: z.array(z.string()) }) },
    },
    run: ({ context, params: { customer }, body }) => requestArchive(context, { customer, month: body.month ?? null }),
    answer: ({ customerKey, months }) => ({ status: 202, body: { customer: customerKey, months } }),
  });
  route(app, {
    method: "post",
    path: "/v1/customers/{customer}/usage-archives/{month}/restore",
    operationId: "restoreUsageArchive",
    tag,
    summary: "Bring the raw events of an archived month back",
    scope: "admin",
    changes: true,
    params: z.object({ customer: referenceSchema, month: monthSchema }),
    responses: { 202: { description: "It is under way", schema: archiveSchema } },
    run: ({ context, params: { customer, month } }) => requestRestore(context, { customer, month }),
    answer: (archive) => ({ status: 202, body: archiveToWire(archive) }),
  });
}
