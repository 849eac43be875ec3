import type { Context } from "#actions/context";
import type { RecordedResult } from "#actions/usage/record-usage";
import { assert } from "#domain/assert";
import type { Result } from "#domain/result";
import type { AddressedEvent } from "#domain/metering/validate-event";
import { contextOf } from "#worker/context";
import { WITHOUT_KEY } from "#worker/idempotency";
import { eventAnswer, ingestTypes, readEvents } from "#worker/ingest";
import { noQuery, previewQuery, readQuery } from "#worker/query";
import { json } from "#worker/json-answer";
import { admit, type App, refusal, sceneOf } from "#worker/route";
import { eventsAnswerSchema, eventsInputSchema } from "#worker/schemas/events";
import { problemSchema } from "#worker/schemas/problem";
import { z } from "@hono/zod-openapi";

export type Ingested = { readonly results: readonly RecordedResult[]; readonly more?: Readonly<Record<string, unknown>> };

/** A way in for events. It takes every form there is, and no schema library on the way. */
export type IngestRoute = {
  readonly path: string;
  /** Names of the parameters in the path. */
  readonly params: readonly string[];
  readonly operationId: string;
  readonly summary: string;
  readonly previews: boolean;
  readonly ingest: (
    context: Context,
    events: readonly AddressedEvent[],
    params: Readonly<Record<string, string>>,
  ) => Promise<Result<Ingested>>;
};

export function ingestRoute(app: App, operation: IngestRoute): void {
  const { path, params, operationId, summary, previews } = operation;
  assert(WITHOUT_KEY.has(operationId), `${operationId} takes events, whose identity is their own`);
  app.openAPIRegistry.registerPath({
    method: "post",
    path,
    operationId,
    summary,
    tags: ["Usage"],
    security: [{ api_key: [] }],
    "x-scope": "ingest",
    request: {
      ...(params.length === 0 ? {} : { params: z.object(Object.fromEntries(params.map((name) => [name, z.string()]))) }),
      ...(previews ? { query: previewQuery } : {}),
      body: { required: true, content: Object.fromEntries(ingestTypes.map((type) => [type, { schema: eventsInputSchema }])) },
    },
    responses: {
      200: { description: "The result of each event, in order", content: { "application/json": { schema: eventsAnswerSchema } } },
      422: {
        description: "No event was taken",
        content: { "application/json": { schema: eventsAnswerSchema }, "application/problem+json": { schema: problemSchema } },
      },
      default: { description: "A problem (RFC 9457)", content: { "application/problem+json": { schema: problemSchema } } },
    },
  });
  app.post(path.replaceAll(/\{(\w+)\}/g, ":$1"), async (http) => {
    const caller = await admit(http, "ingest");
    if (!caller.ok) return refusal(http, caller.error);
    const query = readQuery(http.req, noQuery, previews);
    if (!query.ok) return refusal(http, query.error);
    const { environment, apiKey } = caller.value;
    const context = { ...contextOf(sceneOf(http), environment, { type: "api_key", id: apiKey.id }), preview: query.value.preview };
    const read = await readEvents(http.req.raw, { source: apiKey.id, now: context.clock.now() });
    if (!read.ok) return refusal(http, read.error);
    const ingested = await operation.ingest(context, read.value.taken, http.req.param());
    if (!ingested.ok) return refusal(http, ingested.error);
    const { status, body } = eventAnswer(read.value, ingested.value.results);
    return json(status, JSON.stringify({ ...body, ...ingested.value.more }));
  });
}
