import { z } from "@hono/zod-openapi";
import { invoiceEffects } from "#actions/invoices/bill-effects";
import { correctUsage } from "#actions/usage/correct-usage";
import type { AskedCorrection } from "#actions/usage/read-corrections";
import { recordUsage } from "#actions/usage/record-usage";
import { listEvents, viewEvent } from "#actions/usage/view-event";
import { ok, refuseField, type Result } from "#domain/result";
import { EARLIEST, LATEST } from "#domain/time/instant";
import { ingestRoute } from "#worker/ingest-route";
import { type App, route } from "#worker/route";
import { billEffectToWire } from "#worker/schemas/bill-effects";
import { amendFromWire, amendInput, correctionAnswerSchema, correctionsToWire, voidFromWire, voidInput } from "#worker/schemas/corrections";
import { eventSchema, eventStatuses, eventToWire, eventTraceSchema, eventTraceToWire } from "#worker/schemas/events";
import { filterQuery } from "#worker/schemas/filters";
import { listOf, listQuery, pageToWire } from "#worker/schemas/list";
import { instantSchema, listSchema, referenceSchema } from "#worker/schemas/scalars";

const tag = "Usage";
const CORRECTIONS_BYTES_MAX = 10 * 1_048_576;

/** Events in, events seen, events put right. */
export function eventRoutes(app: App): void {
  ingestRoute(app, {
    path: "/v1/events",
    params: [],
    operationId: "recordUsage",
    summary: "Record usage events: one, an array, NDJSON or CloudEvents; repeats are counted once",
    previews: true,
    ingest: async (context, events) => {
      const { results, effects } = await recordUsage(context, { events });
      if (!context.preview) return ok({ results });
      return ok({ results, more: { effects: (await invoiceEffects(context, effects)).map(billEffectToWire) } });
    },
  });
  corrections(app);
  looks(app);
}

function corrections(app: App): void {
  const verbs = [
    { verb: "void", summary: "Void events: they count no more, and their history is kept", body: voidInput, read: voidFromWire },
    { verb: "amend", summary: "Amend events: they count as if they had been sent like this", body: amendInput, read: amendFromWire },
  ] as const;
  for (const { verb, summary, body, read } of verbs) {
    route(app, {
      method: "post",
      path: `/v1/events/${verb}`,
      operationId: `${verb}Events`,
      tag,
      summary,
      scope: "write",
      changes: true,
      previews: true,
      body: body as z.ZodType,
      bodyBytesMax: CORRECTIONS_BYTES_MAX,
      responses: {
        200: { description: "The result of each correction, and what all of them change on bills", schema: correctionAnswerSchema },
        422: { description: "Nothing could be corrected", schema: correctionAnswerSchema },
      },
      run: async ({ context, body }) => {
        const asked = ofOneCustomer((Array.isArray(body) ? body : [body]).map(read as (item: unknown) => ReturnType<typeof voidFromWire>));
        return asked.ok ? correctUsage(context, asked.value) : asked;
      },
      answer: correctionsToWire,
    });
  }
}

type Asked = { readonly customer: string; readonly correction: AskedCorrection };

/** One call is one change of one ledger. */
function ofOneCustomer(
  asked: readonly Asked[],
): Result<{ readonly customer: string; readonly corrections: readonly AskedCorrection[] }, "several_customers"> {
  const customer = asked[0]?.customer ?? "";
  const other = asked.findIndex((one) => one.customer !== customer);
  if (other >= 0) return refuseField("several_customers", `/${other}/customer`, "All corrections of a call are of one customer.");
  return ok({ customer, corrections: asked.map(({ correction }) => correction) });
}

function looks(app: App): void {
  route(app, {
    method: "get",
    path: "/v1/events",
    operationId: "listEvents",
    tag,
    summary: "A customer's events, newest first",
    scope: "read",
    changes: false,
    query: z.strictObject({
      ...listQuery,
      customer: referenceSchema,
      type: listSchema(100).optional(),
      status: listSchema(eventStatuses.length)
        .pipe(z.array(z.enum(eventStatuses)))
        .optional(),
      from: instantSchema.optional(),
      to: instantSchema.optional().openapi({ type: "string", description: "Exclusive" }),
      filter: filterQuery.optional(),
    }),
    lists: ["type", "status"],
    responses: { 200: { description: "A page of events; one may be short although more follow", schema: listOf(eventSchema) } },
    run: async ({ context, query: { customer, type, status, from, to, filter, limit, cursor } }) => {
      if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) return refuseField("invalid_cursor", "/cursor", "Not a cursor of this list.");
      const range = from === undefined && to === undefined ? null : { start: from ?? EARLIEST, end: to ?? LATEST };
      if (range !== null && range.start >= range.end) return refuseField("invalid_range", "/to", "to comes after from.");
      return ok(
        await listEvents(context, {
          customer,
          range,
          types: type ?? null,
          statuses: status ?? null,
          filters: filter ?? [],
          cursor: cursor ?? null,
          limit,
        }),
      );
    },
    answer: ({ customer, page }) => ({ status: 200, body: pageToWire(page, (event) => eventToWire(customer, event)) }),
  });
  route(app, {
    method: "get",
    path: "/v1/events/{event}",
    operationId: "getEvent",
    tag,
    summary: "An event, its history and what it did",
    scope: "read",
    changes: false,
    params: z.object({ event: referenceSchema }),
    query: z.strictObject({
      customer: referenceSchema,
      source: z.string().max(255).optional().openapi({ description: "Needed where several sources have sent this id" }),
    }),
    responses: { 200: { description: "The event", schema: eventTraceSchema } },
    run: ({ context, params: { event }, query: { customer, source } }) =>
      viewEvent(context, { customer, id: event, source: source ?? null }),
    answer: (viewed) => ({ status: 200, body: eventTraceToWire(viewed) }),
  });
}
