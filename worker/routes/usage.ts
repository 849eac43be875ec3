import { z } from "@hono/zod-openapi";
import { checkEntitlement, listEntitlements } from "#actions/usage/check-entitlement";
import { queryMeter } from "#actions/usage/query-meter";
import { recordUsage } from "#actions/usage/record-usage";
import { ok, refuse, refuseField } from "#domain/result";
import { findMeter } from "#storage/queries/catalog";
import { findCustomer } from "#storage/queries/customers";
import { listUnmatched } from "#storage/queries/unmatched-usage";
import { contextOf } from "#worker/context";
import { eventAnswer, ingestTypes, readEvents } from "#worker/ingest";
import { meterWindows } from "#worker/meter-windows";
import { admit, type App, json, refusal, route, sceneOf } from "#worker/route";
import { checkInput, checkSchema, checkToWire, entitlementSchema, entitlementToWire } from "#worker/schemas/entitlements";
import { listOf, listQuery, pageRequest, pageToWire } from "#worker/schemas/list";
import { problemSchema } from "#worker/schemas/problem";
import { calendarDateSchema, instantSchema, referenceSchema, zoneSchema } from "#worker/schemas/scalars";
import { eventsAnswerSchema, eventsInputSchema, unmatchedSchema, unmatchedToWire } from "#worker/schemas/usage";
import { formatInstant } from "#domain/time/instant";

/** The two hot paths (events in, checks out) and looks at what was counted. */
export function usageRoutes(app: App): void {
  events(app);
  checks(app);
  queries(app);
}

function events(app: App): void {
  app.openAPIRegistry.registerPath({
    method: "post",
    path: "/v1/events",
    operationId: "recordUsage",
    summary: "Record usage events: one, an array, NDJSON or CloudEvents; repeats are counted once",
    tags: ["Usage"],
    security: [{ api_key: [] }],
    "x-scope": "ingest",
    request: {
      body: {
        required: true,
        content: Object.fromEntries(ingestTypes.map((type) => [type, { schema: eventsInputSchema }])),
      },
    },
    responses: {
      200: {
        description: "The result of each event, in order",
        content: { "application/json": { schema: eventsAnswerSchema } },
      },
      422: {
        description: "No event was taken",
        content: {
          "application/json": { schema: eventsAnswerSchema },
          "application/problem+json": { schema: problemSchema },
        },
      },
      default: {
        description: "A problem (RFC 9457)",
        content: { "application/problem+json": { schema: problemSchema } },
      },
    },
  });
  app.post("/v1/events", async (http) => {
    const caller = await admit(http, "ingest");
    if (!caller.ok) return refusal(http, caller.error);
    const { environment, apiKey } = caller.value;
    const context = contextOf(sceneOf(http), environment, { type: "api_key", id: apiKey.id });
    const read = await readEvents(http.req.raw, { source: apiKey.id, now: context.clock.now() });
    if (!read.ok) return refusal(http, read.error);
    const results = await recordUsage(context, { events: read.value.taken });
    const { status, body } = eventAnswer(read.value, results);
    return json(status, JSON.stringify(body));
  });
  route(app, {
    method: "get",
    path: "/v1/events/unmatched",
    operationId: "listUnmatchedUsage",
    tag: "Usage",
    summary: "Events kept but not counted: unknown customer or type",
    scope: "read",
    changes: false,
    query: z.strictObject(listQuery),
    responses: {
      200: {
        description: "By customer, reason and type",
        schema: listOf(unmatchedSchema),
      },
    },
    run: async ({ context, query }) => ok(await listUnmatched(context.db, context.environment.id, pageRequest(query))),
    answer: (page) => ({
      status: 200,
      body: pageToWire(page, unmatchedToWire),
    }),
  });
}

function checks(app: App): void {
  const tag = "Entitlements";
  route(app, {
    method: "post",
    path: "/v1/check",
    operationId: "checkEntitlement",
    tag,
    summary: "May this customer do this, now?",
    scope: "check",
    changes: false,
    body: checkInput,
    responses: {
      200: {
        description: "The decision; a refusal is a 200 too",
        schema: checkSchema,
      },
    },
    run: async ({ context, body: { customer, feature, quantity } }) =>
      ok(
        await checkEntitlement(context, {
          customer,
          feature,
          quantity: quantity ?? "1",
        }),
      ),
    answer: (decision) => ({
      status: 200,
      body: checkToWire(decision),
    }),
  });
  const params = z.object({ customer: referenceSchema });
  route(app, {
    method: "get",
    path: "/v1/customers/{customer}/entitlements",
    operationId: "listEntitlements",
    tag,
    summary: "All that a customer is entitled to now",
    scope: "check",
    changes: false,
    params,
    responses: {
      200: {
        description: "One per feature",
        schema: listOf(entitlementSchema),
      },
    },
    run: async ({ context, params: { customer } }) => {
      const found = await findCustomer(context.db, context.environment.id, customer);
      return found === null
        ? refuse("not_found", "There is no such customer.")
        : ok(await listEntitlements(context, { customer: found.key }));
    },
    answer: ({ states }) => ({
      status: 200,
      body: {
        data: states.map(entitlementToWire),
        next_cursor: null,
      },
    }),
  });
  route(app, {
    method: "get",
    path: "/v1/customers/{customer}/entitlements/{feature}",
    operationId: "getEntitlement",
    tag,
    summary: "One entitlement",
    scope: "check",
    changes: false,
    params: z.object({
      customer: referenceSchema,
      feature: referenceSchema,
    }),
    responses: {
      200: {
        description: "The entitlement",
        schema: entitlementSchema,
      },
    },
    run: async ({ context, params: { customer, feature } }) => {
      const found = await findCustomer(context.db, context.environment.id, customer);
      const state = found && (await listEntitlements(context, { customer: found.key })).states.find((one) => one.feature === feature);
      return state ? ok(state) : refuse("not_found", "The customer has no such entitlement.");
    },
    answer: (state) => ({
      status: 200,
      body: entitlementToWire(state),
    }),
  });
}

function queries(app: App): void {
  const day = z.union([instantSchema, calendarDateSchema]);
  route(app, {
    method: "get",
    path: "/v1/meters/{meter}/query",
    operationId: "queryMeter",
    tag: "Usage",
    summary: "A customer's totals of a meter",
    scope: "read",
    changes: false,
    params: z.object({ meter: referenceSchema }),
    query: z.strictObject({
      customer: referenceSchema,
      from: day.openapi({
        type: "string",
        description: "A local day, or an instant on a quarter hour",
      }),
      to: day.openapi({
        type: "string",
        description: "Exclusive",
      }),
      window: z.enum(["hour", "day", "month", "total"]).default("day"),
      time_zone: zoneSchema.optional().openapi({ description: "Default: the customer's" }),
    }),
    responses: {
      200: {
        description: "One value per window",
        schema: z.object({
          meter: z.string(),
          customer: z.string(),
          unit: z.string().nullable(),
          data: z.array(
            z.object({
              start: z.string(),
              end: z.string(),
              value: z.string(),
            }),
          ),
        }),
      },
    },
    run: async ({ context, params, query }) => {
      const meter = await findMeter(context.db, context.environment.id, params.meter);
      if (meter === null) return refuse("not_found", "There is no such meter.");
      const customer = await findCustomer(context.db, context.environment.id, query.customer);
      if (customer === null) return refuseField("unknown_customer", "/customer", `There is no customer ${query.customer}.`);
      const windows = meterWindows(query.from, query.to, query.window, query.time_zone ?? customer.timeZone);
      if (!windows.ok) return windows;
      const values = await queryMeter(context, {
        meter: meter.key,
        customer: customer.key,
        boundaries: windows.value,
      });
      return ok({
        meter,
        customer,
        values,
        boundaries: windows.value,
      });
    },
    answer: ({ meter, customer, values, boundaries }) => ({
      status: 200,
      body: {
        meter: meter.key,
        customer: customer.key,
        unit: meter.unit,
        data: values.map((value, index) => ({
          start: formatInstant(boundaries[index] ?? 0),
          end: formatInstant(boundaries[index + 1] ?? 0),
          value,
        })),
      },
    }),
  });
}
