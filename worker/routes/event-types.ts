import { z } from "@hono/zod-openapi";
import { listEventTypes } from "#actions/catalog/list-event-types";
import { ok } from "#domain/result";
import { formatInstant } from "#domain/time/instant";
import { type App, route } from "#worker/route";
import { listOf, listQuery, pageRequest, pageToWire } from "#worker/schemas/list";

const eventTypeSchema = z
  .object({
    object: z.literal("event_type"),
    type: z.string(),
    first_seen_at: z.string(),
    last_seen_at: z.string().openapi({ description: "To the hour where a meter counts it, else to the day" }),
    properties: z.array(z.object({ name: z.string(), kinds: z.array(z.enum(["number", "text", "boolean", "object", "list", "null"])) })),
    meters: z.array(z.string()).openapi({ description: "Keys of the meters that read it now" }),
  })
  .openapi("EventType");

/** The event catalogue: what arrives, so that a meter can be made of it. */
export function eventTypeRoutes(app: App): void {
  route(app, {
    method: "get",
    path: "/v1/event-types",
    operationId: "listEventTypes",
    tag: "Meters",
    summary: "The types and properties of events seen so far, and the meters that read them",
    scope: "read",
    changes: false,
    query: z.strictObject(listQuery),
    responses: { 200: { description: "A page of types", schema: listOf(eventTypeSchema) } },
    run: async ({ context, query }) => ok(await listEventTypes(context, pageRequest(query))),
    answer: (page) => ({
      status: 200,
      body: pageToWire(page, ({ type, firstAt, lastAt, properties, meters }) => ({
        object: "event_type" as const,
        type,
        first_seen_at: formatInstant(firstAt),
        last_seen_at: formatInstant(lastAt),
        properties,
        meters,
      })),
    }),
  });
}
