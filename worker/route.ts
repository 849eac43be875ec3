import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context as HttpContext } from "hono";
import type { Context } from "#actions/context";
import { assert } from "#domain/assert";
import type { JsonValue } from "#domain/metering/usage-event";
import { refuse, type Result } from "#domain/result";
import { allows, type Scope } from "#domain/tenancy/scope";
import type { Instant } from "#domain/time/instant";
import { authenticate, type Caller, forgetEnvironment } from "#worker/authenticate";
import { JSON_BODY, parseJson, readText } from "#worker/body";
import { contextOf, type Scene } from "#worker/context";
import type { Bindings } from "#worker/env";
import { idempotentRequest, once, readKey, replayed, WITHOUT_KEY } from "#worker/idempotency";
import { json } from "#worker/json-answer";
import { problemResponse } from "#worker/problem";
import { noQuery, previewQuery, readQuery } from "#worker/query";
import { rateLimit } from "#worker/rate-limit";
import { problemSchema } from "#worker/schemas/problem";
import { validate } from "#worker/validate";

type Surroundings = {
  Bindings: Bindings;
  /** `headers` belong on the answer whatever it will be. */
  Variables: { requestId: string; headers?: Readonly<Record<string, string>> };
};
export type App = OpenAPIHono<Surroundings>;
export type Http = HttpContext<Surroundings>;

type Shape = z.ZodType | undefined;
type Parsed<S extends Shape> = S extends z.ZodType<infer T> ? T : undefined;

/**
 * One operation of the API: what it takes, what it answers, and the action behind it.
 *
 * `answer` turns the action's result into the wire form; under an `Idempotency-Key` that very text is committed with the
 * effect. `stored` may leave a secret out of what is kept.
 */
export type Operation<P extends Shape, Q extends Shape, B extends Shape, T> = {
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly scope: Scope;
  readonly params?: P;
  readonly query?: Q;
  /** Query parameters that may stand several times. */
  readonly lists?: readonly string[];
  readonly body?: B;
  /** How long the body may be; default 1 MiB. */
  readonly bodyBytesMax?: number;
  /** Whether the route changes state, and so takes an `Idempotency-Key`. */
  readonly changes: boolean;
  /** Whether `?preview=true` answers as the call would and changes nothing: its action has no effect but its commit. */
  readonly previews?: boolean;
  readonly responses: Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType }>>;
  readonly run: (given: {
    readonly context: Context;
    readonly params: Parsed<P>;
    readonly query: Parsed<Q>;
    readonly body: Parsed<B>;
  }) => Promise<Result<T>>;
  readonly answer: (result: T, now: Instant) => Answer;
  readonly stored?: (body: unknown) => unknown;
  /** Whether it also answers as CSV. */
  readonly alsoCsv?: boolean;
};

/** The body as JSON, or a text of another type. */
type Answer = { readonly status: number; readonly body: unknown } | { readonly status: number; readonly csv: string };

const NO_PARAMS = z.object({});

export const keyHeader = z.object({
  "idempotency-key": z.string().max(255).optional().openapi({ description: "Makes a repeat of this call answer as the first did" }),
});

/** Puts an operation into the OpenAPI document and onto the app. */
export function route<P extends Shape, Q extends Shape, B extends Shape, T>(app: App, operation: Operation<P, Q, B, T>): void {
  const { method, changes, operationId } = operation;
  assert(method !== "post" || changes !== WITHOUT_KEY.has(operationId), `${operationId} takes a key, or stands among those without`);
  app.openAPIRegistry.registerPath(documented(operation));
  app.on(operation.method.toUpperCase(), operation.path.replaceAll(/\{(\w+)\}/g, ":$1"), (http) => serve(http, operation));
}

export function sceneOf(http: Http): Scene {
  return { bindings: http.env, requestId: http.get("requestId"), waitUntil: (work) => http.executionCtx.waitUntil(work) };
}

export function refusal(http: Http, error: Parameters<typeof problemResponse>[0]): Response {
  const problem = problemResponse(error, { path: new URL(http.req.url).pathname, requestId: http.get("requestId") });
  // A response of its own would lose the headers set so far: the rate limit is told on refusals too.
  return http.newResponse(problem.body, problem);
}

/** The caller, if the key is good, may do this and has not called too often. */
export async function admit(http: Http, scope: Scope): Promise<Result<Caller>> {
  const caller = await authenticate(sceneOf(http), http.req.header("authorization"));
  if (!caller.ok) return caller;
  const { allowed, headers } = rateLimit(caller.value.apiKey.id);
  http.set("headers", headers);
  if (!allowed) return refuse("rate_limited", "Too many calls with this key; wait a moment.");
  if (!allows(caller.value.apiKey.scopes, scope)) return refuse("forbidden_scope", `The key needs the scope ${scope}.`);
  return caller;
}

async function serve<P extends Shape, Q extends Shape, B extends Shape, T>(
  http: Http,
  operation: Operation<P, Q, B, T>,
): Promise<Response> {
  const caller = await admit(http, operation.scope);
  if (!caller.ok) return refusal(http, caller.error);
  const input = await readInput(http, operation);
  if (!input.ok) return refusal(http, input.error);
  const { preview } = input.value;
  const base: Context = { ...contextOf(sceneOf(http), caller.value.environment, { type: "api_key", id: caller.value.apiKey.id }), preview };
  const key = operation.changes && !preview ? readKey(http.req.header("idempotency-key")) : null;
  if (key !== null && !key.ok) return refusal(http, key.error);
  const request =
    key === null || key.value === null
      ? null
      : idempotentRequest({
          scope: base.environment.id,
          route: `${operation.method.toUpperCase()} ${operation.path}`,
          key: key.value,
          url: http.req.url,
          body: input.value.said,
          answer: (result) => storedAnswer(operation, result as T, base.clock.now()),
        });
  const done = await once(base.db, request, () => operation.run({ context: { ...base, request }, ...input.value }));
  if (operation.changes) forgetEnvironment(base.environment.id);
  if (!done.ok) return refusal(http, done.error);
  if ("stored" in done.value) return replayed(done.value.stored);
  const answer = operation.answer(done.value.result, base.clock.now());
  if ("csv" in answer) return http.body(answer.csv, answer.status as 200, { "content-type": "text/csv; charset=utf-8; header=present" });
  return json(answer.status, JSON.stringify(answer.body));
}

function storedAnswer<P extends Shape, Q extends Shape, B extends Shape, T>(operation: Operation<P, Q, B, T>, result: T, now: Instant) {
  const answer = operation.answer(result, now);
  assert("body" in answer, "only JSON is stored under a key");
  const { status, body } = answer;
  return { status, body: JSON.stringify(operation.stored === undefined ? body : operation.stored(body)) };
}

type Input<P extends Shape, Q extends Shape, B extends Shape> = {
  params: Parsed<P>;
  query: Parsed<Q>;
  body: Parsed<B>;
  /** The body before its schema has read it. */
  said: JsonValue | undefined;
  preview: boolean;
};

async function readInput<P extends Shape, Q extends Shape, B extends Shape, T>(
  http: Http,
  operation: Operation<P, Q, B, T>,
): Promise<Result<Input<P, Q, B>>> {
  const params = validate(operation.params ?? NO_PARAMS, http.req.param());
  if (!params.ok) return refuse("not_found", "There is no such object.");
  const query = readQuery(http.req, operation.query ?? noQuery, operation.previews ?? false, operation.lists);
  if (!query.ok) return query;
  let [said, body]: [JsonValue | undefined, unknown] = [undefined, undefined];
  if (operation.body !== undefined) {
    const text = await readText(http.req.raw, { ...JSON_BODY, bytesMax: operation.bodyBytesMax ?? JSON_BODY.bytesMax });
    if (!text.ok) return text;
    const parsed = parseJson(text.value);
    if (!parsed.ok) return parsed;
    const valid = validate(operation.body, parsed.value);
    if (!valid.ok) return valid;
    [said, body] = [parsed.value, valid.value];
  }
  return { ok: true, value: { params: params.value, ...query.value, body, said } as Input<P, Q, B> };
}

function documented<P extends Shape, Q extends Shape, B extends Shape, T>(operation: Operation<P, Q, B, T>) {
  const { method, path, operationId, tag, summary, scope, params, query, body, responses, changes, previews, alsoCsv } = operation;
  const parameters = previews ? previewQuery.extend((query as z.ZodObject | undefined)?.shape ?? {}) : query;
  const headers = changes ? keyHeader : undefined;
  return createRoute({
    method,
    path,
    operationId,
    summary,
    tags: [tag],
    security: [{ api_key: [] }],
    "x-scope": scope,
    "x-changes-state": changes,
    request: {
      ...(params === undefined ? {} : { params: params as z.ZodObject }),
      ...(parameters === undefined ? {} : { query: parameters as z.ZodObject }),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined
        ? {}
        : {
            body: {
              required: true,
              content: { "application/json": { schema: body } },
            },
          }),
    },
    responses: {
      ...Object.fromEntries(
        Object.entries(responses).map(([status, { description, schema }]) => [
          status,
          {
            description,
            content: { "application/json": { schema }, ...(alsoCsv ? { "text/csv": { schema: z.string() } } : {}) },
          },
        ]),
      ),
      default: {
        description: "A problem (RFC 9457)",
        content: { "application/problem+json": { schema: problemSchema } },
      },
    },
  });
}
