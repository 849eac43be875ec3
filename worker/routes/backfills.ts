import { z } from "@hono/zod-openapi";
import { closeBackfill } from "#actions/backfills/close-backfill";
import { loadBackfill } from "#actions/backfills/load-backfill";
import { openBackfill } from "#actions/backfills/open-backfill";
import { previewBackfill } from "#actions/backfills/preview-backfill";
import { revertBackfill } from "#actions/backfills/revert-backfill";
import type { Walked } from "#actions/backfills/walk-backfill";
import type { Context } from "#actions/context";
import type { Backfill, BackfillPlace } from "#domain/metering/backfill";
import { ok, refuse, refuseField, type Result } from "#domain/result";
import { backfillCustomers, backfillTotals, type BackfillTotals, findBackfill, listBackfills, NO_TOTALS } from "#storage/queries/backfills";
import { ingestRoute } from "#worker/ingest-route";
import { type App, route } from "#worker/route";
import {
  backfillCustomerSchema,
  backfillCustomerToWire,
  backfillInput,
  backfillPreviewSchema,
  backfillPreviewToWire,
  backfillSchema,
  backfillToWire,
  walkedSchema,
} from "#worker/schemas/backfills";
import { listOf, listQuery, pageRequest, pageToWire } from "#worker/schemas/list";
import { referenceSchema, wholeNumberQuery } from "#worker/schemas/scalars";

const tag = "Backfills";
const params = z.object({ backfill: referenceSchema });
const place = z.object({ stage: z.enum(["customers", "loaded"]), after: z.string() });

/** Usage of the past: opened, loaded unseen, put in force, taken back. */
export function backfillRoutes(app: App): void {
  looks(app);
  route(app, {
    method: "post",
    path: "/v1/backfills",
    operationId: "openBackfill",
    tag,
    summary: "Open a backfill",
    scope: "write",
    changes: true,
    body: backfillInput,
    responses: { 201: { description: "The open backfill", schema: backfillSchema } },
    run: ({ context, body }) => openBackfill(context, body),
    answer: (backfill) => ({ status: 201, body: backfillToWire(backfill, { ...NO_TOTALS, customers: backfill.customers?.length ?? 0 }) }),
  });
  ingestRoute(app, {
    path: "/v1/backfills/{backfill}/events",
    params: ["backfill"],
    operationId: "loadBackfill",
    summary: "Load events into an open backfill; nothing counts before it is closed",
    previews: false,
    ingest: async (context, events, { backfill = "" }) => {
      const results = await loadBackfill(context, { backfill, events });
      return results.ok ? ok({ results: results.value }) : results;
    },
  });
  route(app, {
    method: "post",
    path: "/v1/backfills/{backfill}/close",
    operationId: "closeBackfill",
    tag,
    summary: "Put a backfill in force, or preview what that would do to whose bills",
    scope: "write",
    changes: true,
    previews: true,
    params,
    query: z.strictObject({ ...listQuery, limit: wholeNumberQuery({ min: 1, max: 25, otherwise: 10 }) }),
    responses: {
      200: {
        description: "It is in force; a preview: what would change, customer by customer",
        schema: z.union([walkedSchema, backfillPreviewSchema]),
      },
      202: { description: "There is more to do: the same call goes on", schema: walkedSchema },
    },
    run: async ({ context, params: { backfill }, query: { limit, cursor } }): Promise<Result<Closed>> => {
      if (!context.preview) return closeBackfill(context, { backfill });
      const at = readPlace(cursor);
      if (!at.ok) return at;
      const previewed = await previewBackfill(context, { backfill, place: at.value, limit });
      if (!previewed.ok) return previewed;
      return ok({ kind: "preview", ...previewed.value, totals: await totalsOf(context, previewed.value.backfill) });
    },
    answer: (closed) => (closed.kind === "preview" ? previewAnswer(closed) : walkedAnswer(closed)),
  });
  route(app, {
    method: "post",
    path: "/v1/backfills/{backfill}/revert",
    operationId: "revertBackfill",
    tag,
    summary: "Take a backfill back as if it had never been",
    scope: "write",
    changes: true,
    params,
    responses: {
      200: { description: "It is taken back", schema: walkedSchema },
      202: { description: "There is more to do: the same call goes on", schema: walkedSchema },
    },
    run: ({ context, params: { backfill } }) => revertBackfill(context, { backfill }),
    answer: walkedAnswer,
  });
}

type Previewed = { readonly kind: "preview"; readonly totals: BackfillTotals | undefined } & Extract<
  Awaited<ReturnType<typeof previewBackfill>>,
  { ok: true }
>["value"];
type Closed = Walked | Previewed;

async function totalsOf({ db, environment }: Context, { id }: Backfill): Promise<BackfillTotals | undefined> {
  return (await backfillTotals(db, environment.id, [id])).get(id);
}

function walkedAnswer({ backfill, done, totals }: Walked) {
  return { status: done ? 200 : 202, body: { done, backfill: backfillToWire(backfill, totals) } };
}

function previewAnswer({ backfill, customers, next, totals }: Previewed) {
  const page = pageToWire({ data: customers, nextCursor: next && JSON.stringify(next) }, backfillPreviewToWire);
  return { status: 200, body: { backfill: backfillToWire(backfill, totals), ...page } };
}

function readPlace(cursor: string | undefined): Result<BackfillPlace | null, "invalid_cursor"> {
  if (cursor === undefined) return ok(null);
  try {
    return ok(place.parse(JSON.parse(cursor)));
  } catch {
    return refuseField("invalid_cursor", "/cursor", "Not a cursor of this list.");
  }
}

function looks(app: App): void {
  route(app, {
    method: "get",
    path: "/v1/backfills",
    operationId: "listBackfills",
    tag,
    summary: "List backfills, newest first",
    scope: "read",
    changes: false,
    query: z.strictObject(listQuery),
    responses: { 200: { description: "A page of backfills", schema: listOf(backfillSchema) } },
    run: async ({ context, query }) => {
      const { db, environment } = context;
      const page = await listBackfills(db, environment.id, pageRequest(query));
      const totals = await backfillTotals(
        db,
        environment.id,
        page.data.map(({ id }) => id),
      );
      return ok({ page, totals });
    },
    answer: ({ page, totals }) => ({
      status: 200,
      body: pageToWire(page, (backfill) => backfillToWire(backfill, totals.get(backfill.id))),
    }),
  });
  route(app, {
    method: "get",
    path: "/v1/backfills/{backfill}",
    operationId: "getBackfill",
    tag,
    summary: "Get a backfill",
    scope: "read",
    changes: false,
    params,
    responses: { 200: { description: "The backfill with its counts", schema: backfillSchema } },
    run: async ({ context, params: { backfill } }) => {
      const found = await findBackfill(context.db, context.environment.id, backfill);
      return found === null ? notFound() : ok({ backfill: found, totals: await totalsOf(context, found) });
    },
    answer: ({ backfill, totals }) => ({ status: 200, body: backfillToWire(backfill, totals) }),
  });
  route(app, {
    method: "get",
    path: "/v1/backfills/{backfill}/customers",
    operationId: "listBackfillCustomers",
    tag,
    summary: "What became of a backfill, customer by customer",
    scope: "read",
    changes: false,
    params,
    query: z.strictObject(listQuery),
    responses: { 200: { description: "A page of customers", schema: listOf(backfillCustomerSchema) } },
    run: async ({ context, params: { backfill }, query }) => {
      const { db, environment } = context;
      const found = await findBackfill(db, environment.id, backfill);
      return found === null
        ? notFound()
        : ok(await backfillCustomers(db, environment.id, found.id, { ...pageRequest(query), states: null }));
    },
    answer: (page) => ({ status: 200, body: pageToWire(page, backfillCustomerToWire) }),
  });
}

function notFound() {
  return refuse("not_found", "There is no such backfill.");
}
