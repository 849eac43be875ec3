import { createHash } from "node:crypto";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context as HttpContext } from "hono";
import type { Context } from "#actions/context";
import { refuse, type Result } from "#domain/result";
import { allows, type Scope } from "#domain/tenancy/scope";
import type { Instant } from "#domain/time/instant";
import { findAnswer } from "#storage/queries/idempotency";
import { authenticate, type Caller, forgetEnvironment } from "#worker/authenticate";
import { JSON_BODY, parseJson, readText } from "#worker/body";
import { contextOf, type Scene } from "#worker/context";
import type { Bindings } from "#worker/env";
import { problemResponse } from "#worker/problem";
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
  readonly body?: B;
  /** Whether the route changes state in D1, and so takes an `Idempotency-Key`. */
  readonly changes: boolean;
  readonly responses: Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType }>>;
  readonly run: (given: {
    readonly context: Context;
    readonly params: Parsed<P>;
    readonly query: Parsed<Q>;
    readonly body: Parsed<B>;
  }) => Promise<Result<T>>;
  readonly answer: (result: T, now: Instant) => { readonly status: number; readonly body: unknown };
  readonly stored?: (body: unknown) => unknown;
};

/** How often a decision that lost a race is made again before the caller is told. */
const MOST_TRIES = 4;

const NO_PARAMS = z.object({});
const NO_QUERY = z.strictObject({});

/** Puts an operation into the OpenAPI document and onto the app. */
export function route<P extends Shape, Q extends Shape, B extends Shape, T>(app: App, operation: Operation<P, Q, B, T>): void {
  app.openAPIRegistry.registerPath(documented(operation));
  app.on(operation.method.toUpperCase(), operation.path.replaceAll(/\{(\w+)\}/g, ":$1"), (http) => serve(http, operation));
}

export function sceneOf(http: Http): Scene {
  return { bindings: http.env, requestId: http.get("requestId"), waitUntil: (work) => http.executionCtx.waitUntil(work) };
}

export function refusal(http: Http, error: Parameters<typeof problemResponse>[0]): Response {
  return problemResponse(error, { path: new URL(http.req.url).pathname, requestId: http.get("requestId") });
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
  const preview = operation.changes && http.req.query("preview") === "true";
  const base: Context = { ...contextOf(sceneOf(http), caller.value.environment, { type: "api_key", id: caller.value.apiKey.id }), preview };
  const key = operation.changes && !preview ? readKey(http) : null;
  if (key !== null && !key.ok) return refusal(http, key.error);
  const request =
    key === null || key.value === null
      ? null
      : idempotentRequest(operation, http, { key: key.value, rawBody: input.value.rawBody, now: base.clock.now() });
  for (let tries = 1; ; tries++) {
    if (request !== null) {
      const known = await findAnswer(base.db, base.environment.id, request.route, request.key);
      if (known !== null && known.requestHash !== request.requestHash) {
        return refusal(http, { code: "idempotency_key_reused", detail: "This Idempotency-Key was used for another request." });
      }
      if (known !== null) return json(known.status, known.body, { "idempotent-replayed": "true" });
    }
    const result = await operation.run({ context: { ...base, request }, ...input.value });
    if (!result.ok && result.error.code === "conflict" && tries < MOST_TRIES) continue;
    if (operation.changes) forgetEnvironment(base.environment.id);
    if (!result.ok) return refusal(http, result.error);
    const { status, body } = operation.answer(result.value, base.clock.now());
    return json(status, JSON.stringify(body));
  }
}

type Input<P extends Shape, Q extends Shape, B extends Shape> = { params: Parsed<P>; query: Parsed<Q>; body: Parsed<B>; rawBody: string };

async function readInput<P extends Shape, Q extends Shape, B extends Shape, T>(
  http: Http,
  operation: Operation<P, Q, B, T>,
): Promise<Result<Input<P, Q, B>>> {
  const params = validate(operation.params ?? NO_PARAMS, http.req.param());
  if (!params.ok) return refuse("not_found", "There is no such object.");
  const { preview: _, ...given } = http.req.query();
  const query = validate(operation.query ?? NO_QUERY, given);
  if (!query.ok) return query;
  let [rawBody, body]: [string, unknown] = ["", undefined];
  if (operation.body !== undefined) {
    const text = await readText(http.req.raw, JSON_BODY);
    if (!text.ok) return text;
    const parsed = parseJson(text.value);
    if (!parsed.ok) return parsed;
    const valid = validate(operation.body, parsed.value);
    if (!valid.ok) return valid;
    [rawBody, body] = [text.value, valid.value];
  }
  return { ok: true, value: { params: params.value, query: query.value, body, rawBody } as Input<P, Q, B> };
}

function readKey(http: Http): Result<string | null, "invalid_header"> {
  const key = http.req.header("idempotency-key");
  if (key === undefined) return { ok: true, value: null };
  if (!/^[\x21-\x2b\x2d-\x7e]{1,255}$/.test(key))
    return refuse("invalid_header", "An Idempotency-Key is 1 to 255 visible ASCII characters, without comma.");
  return { ok: true, value: key };
}

function idempotentRequest<P extends Shape, Q extends Shape, B extends Shape, T>(
  operation: Operation<P, Q, B, T>,
  http: Http,
  { key, rawBody, now }: { key: string; rawBody: string; now: Instant },
) {
  const route = `${operation.method.toUpperCase()} ${operation.path}`;
  const said = `${new URL(http.req.url).pathname}\n${http.req.query("preview") ?? ""}\n${canonicalJson(rawBody)}`;
  return {
    route,
    key,
    requestHash: createHash("sha256").update(said).digest("hex"),
    answer: (result: unknown) => {
      const { status, body } = operation.answer(result as T, now);
      return { status, body: JSON.stringify(operation.stored === undefined ? body : operation.stored(body)) };
    },
  };
}

/** The order of fields and white space say nothing. */
function canonicalJson(text: string): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, part]) => [key, sorted(part)]),
    );
  };
  return text === "" ? "" : JSON.stringify(sorted(JSON.parse(text)));
}

export function json(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(body, { status, headers: { "content-type": "application/json", ...headers } });
}

function documented<P extends Shape, Q extends Shape, B extends Shape, T>(operation: Operation<P, Q, B, T>) {
  const { method, path, operationId, tag, summary, scope, params, query, body, responses, changes } = operation;
  const headers = changes
    ? z.object({
        "idempotency-key": z.string().max(255).optional().openapi({ description: "Makes a repeat of this call answer as the first did" }),
      })
    : undefined;
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
      ...(query === undefined ? {} : { query: query as z.ZodObject }),
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
            content: { "application/json": { schema } },
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
