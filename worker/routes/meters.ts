import { z } from "@hono/zod-openapi";
import { archiveMeter, unarchiveMeter } from "#actions/catalog/archive-meter";
import { changeMeter } from "#actions/catalog/change-meter";
import { createMeter } from "#actions/catalog/create-meter";
import { evaluateMeter } from "#actions/catalog/evaluate-meter";
import type { JsonValue } from "#domain/metering/usage-event";
import { ok, refuse } from "#domain/result";
import { findMeter, listMeters } from "#storage/queries/catalog";
import { type App, route } from "#worker/route";
import { listOf, listQuery, pageRequest, pageToWire } from "#worker/schemas/list";
import {
  evaluateInput,
  evaluationSchema,
  evaluationToWire,
  meterChange,
  meterInput,
  meterSchema,
  meterToWire,
} from "#worker/schemas/meters";
import { referenceSchema } from "#worker/schemas/scalars";

const tag = "Meters";
const params = z.object({ meter: referenceSchema });
const responses = { 200: { description: "The meter", schema: meterSchema } };

/** What events become. */
export function meterRoutes(app: App): void {
  creation(app);
  changes(app);
  looks(app);
}

function creation(app: App): void {
  route(app, {
    method: "post",
    path: "/v1/meters",
    operationId: "createMeter",
    tag,
    summary: "Create a meter; events of its type that are stored already are counted too, unless it is told not to",
    scope: "write",
    changes: true,
    previews: true,
    body: meterInput,
    responses: { 201: { description: "The meter", schema: meterSchema } },
    run: ({ context, body }) => createMeter(context, body),
    answer: (meter) => ({ status: 201, body: meterToWire(meter) }),
  });
  route(app, {
    method: "post",
    path: "/v1/meters/evaluate",
    operationId: "evaluateMeter",
    tag,
    summary: "What a meter would make of some events; nothing is stored",
    scope: "read",
    changes: false,
    body: evaluateInput,
    responses: { 200: { description: "What each event says, and the totals", schema: evaluationSchema } },
    run: ({ context, body: { definition, events, from, to, time_zone } }) =>
      Promise.resolve(
        evaluateMeter(context, {
          definition,
          events: events as { readonly [field: string]: JsonValue }[],
          from: from ?? null,
          to: to ?? null,
          zone: time_zone ?? null,
        }),
      ),
    answer: (evaluation) => ({ status: 200, body: evaluationToWire(evaluation) }),
  });
}

function changes(app: App): void {
  route(app, {
    method: "post",
    path: "/v1/meters/{meter}/change",
    operationId: "changeMeter",
    tag,
    summary: "Change a meter: its name at once, how it reads events from now on",
    scope: "write",
    changes: true,
    previews: true,
    params,
    body: meterChange,
    responses,
    run: ({ context, params: { meter }, body }) => changeMeter(context, { meter, ...body }),
    answer: (meter) => ({ status: 200, body: meterToWire(meter) }),
  });
  route(app, {
    method: "post",
    path: "/v1/meters/{meter}/archive",
    operationId: "archiveMeter",
    tag,
    summary: "Stop a meter; what it counted stays. Not while a plan or feature uses it",
    scope: "write",
    changes: true,
    previews: true,
    params,
    responses,
    run: ({ context, params: { meter } }) => archiveMeter(context, { meter }),
    answer: (meter) => ({ status: 200, body: meterToWire(meter) }),
  });
  route(app, {
    method: "post",
    path: "/v1/meters/{meter}/unarchive",
    operationId: "unarchiveMeter",
    tag,
    summary: "Take an archived meter back; what was kept meanwhile is counted",
    scope: "write",
    changes: true,
    previews: true,
    params,
    responses,
    run: ({ context, params: { meter } }) => unarchiveMeter(context, { meter }),
    answer: (meter) => ({ status: 200, body: meterToWire(meter) }),
  });
}

function looks(app: App): void {
  route(app, {
    method: "get",
    path: "/v1/meters",
    operationId: "listMeters",
    tag,
    summary: "List meters",
    scope: "read",
    changes: false,
    query: z.strictObject(listQuery),
    responses: { 200: { description: "A page of meters", schema: listOf(meterSchema) } },
    run: async ({ context, query }) => ok(await listMeters(context.db, context.environment.id, pageRequest(query))),
    answer: (page) => ({ status: 200, body: pageToWire(page, meterToWire) }),
  });
  route(app, {
    method: "get",
    path: "/v1/meters/{meter}",
    operationId: "getMeter",
    tag,
    summary: "Get a meter",
    scope: "read",
    changes: false,
    params,
    responses,
    run: async ({ context, params }) => {
      const meter = await findMeter(context.db, context.environment.id, params.meter);
      return meter === null ? refuse("not_found", "There is no such meter.") : ok(meter);
    },
    answer: (meter) => ({ status: 200, body: meterToWire(meter) }),
  });
}
