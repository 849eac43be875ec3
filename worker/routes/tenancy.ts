import { z } from "@hono/zod-openapi";
import { createApiKey } from "#actions/api-keys/create-api-key";
import { revokeApiKey } from "#actions/api-keys/revoke-api-key";
import { advanceClock } from "#actions/clock/advance-clock";
import { createEnvironment } from "#actions/environments/create-environment";
import { type Bootstrapped, bootstrapOrganization } from "#actions/organizations/bootstrap-organization";
import { ok } from "#domain/result";
import { formatInstant } from "#domain/time/instant";
import { listApiKeys } from "#storage/queries/api-keys";
import { listEnvironments } from "#storage/queries/environments";
import { isOperator } from "#worker/authenticate";
import { JSON_BODY, parseJson, readText } from "#worker/body";
import { operatorContext, wallClock } from "#worker/context";
import { noQuery, readQuery } from "#worker/query";
import { idempotentRequest, once, readKey, replayed } from "#worker/idempotency";
import { json } from "#worker/json-answer";
import { type App, keyHeader, refusal, route, sceneOf } from "#worker/route";
import { listOf, listQuery, pageRequest, pageToWire } from "#worker/schemas/list";
import { problemSchema } from "#worker/schemas/problem";
import { instantSchema, referenceSchema } from "#worker/schemas/scalars";
import {
  apiKeyInput,
  apiKeySchema,
  apiKeyToWire,
  bootstrappedSchema,
  bootstrappedToWire,
  createdEnvironmentSchema,
  createdEnvironmentToWire,
  environmentInput,
  environmentSchema,
  environmentToWire,
  organizationInput,
  withoutSecret,
} from "#worker/schemas/tenancy";
import { validate } from "#worker/validate";

/** Organizations, environments, keys and clocks. */
export function tenancyRoutes(app: App): void {
  organizations(app);
  environments(app);
  apiKeys(app);
  clock(app);
}

/** The only route that takes no API key: the operator's token opens it, and nothing else. */
function organizations(app: App): void {
  app.openAPIRegistry.registerPath({
    method: "post",
    path: "/v1/organizations",
    operationId: "createOrganization",
    summary: "Create an organization with its live environment and a sandbox",
    tags: ["Organizations"],
    security: [{ bootstrap_token: [] }],
    "x-scope": "operator",
    request: {
      headers: keyHeader,
      body: {
        required: true,
        content: { "application/json": { schema: organizationInput } },
      },
    },
    responses: {
      201: {
        description: "The organization, and the only sight of its first keys",
        content: { "application/json": { schema: bootstrappedSchema } },
      },
      default: {
        description: "A problem (RFC 9457)",
        content: { "application/problem+json": { schema: problemSchema } },
      },
    },
  });
  app.post("/v1/organizations", async (http) => {
    if (!isOperator(http.env, http.req.header("authorization")))
      return refusal(http, { code: "unauthenticated", detail: "Send the operator's bootstrap token." });
    const query = readQuery(http.req, noQuery, false);
    if (!query.ok) return refusal(http, query.error);
    const text = await readText(http.req.raw, JSON_BODY);
    const parsed = text.ok ? parseJson(text.value) : text;
    if (!parsed.ok) return refusal(http, parsed.error);
    const input = validate(organizationInput, parsed.value);
    if (!input.ok) return refusal(http, input.error);
    const key = readKey(http.req.header("idempotency-key"));
    if (!key.ok) return refusal(http, key.error);
    const operator = operatorContext(sceneOf(http), null, { type: "system", id: "operator" });
    const request =
      key.value === null
        ? null
        : idempotentRequest({
            scope: "operator",
            route: "POST /v1/organizations",
            key: key.value,
            url: http.req.url,
            body: parsed.value,
            answer: (result) => ({ status: 201, body: JSON.stringify(withoutSecret(bootstrappedToWire(result as Bootstrapped))) }),
          });
    const done = await once(operator.db, request, () =>
      bootstrapOrganization({ ...operator, request }, { name: input.value.name, wall: wallClock }),
    );
    if (!done.ok) return refusal(http, done.error);
    return "stored" in done.value ? replayed(done.value.stored) : json(201, JSON.stringify(bootstrappedToWire(done.value.result)));
  });
}

function environments(app: App): void {
  const tag = "Environments";
  route(app, {
    method: "post",
    path: "/v1/environments",
    operationId: "createEnvironment",
    tag,
    summary: "Create a sandbox with a clock of its own",
    scope: "admin",
    changes: true,
    body: environmentInput,
    responses: {
      201: {
        description: "The sandbox and its first key",
        schema: createdEnvironmentSchema,
      },
    },
    run: ({ context, body: { key, name, clock_at } }) =>
      createEnvironment(context, {
        key,
        name,
        clockAt: clock_at ?? null,
      }),
    answer: (created) => ({
      status: 201,
      body: createdEnvironmentToWire(created),
    }),
    stored: withoutSecret,
  });
  route(app, {
    method: "get",
    path: "/v1/environments",
    operationId: "listEnvironments",
    tag,
    summary: "List the organization's environments",
    scope: "admin",
    changes: false,
    responses: {
      200: {
        description: "All of them",
        schema: listOf(environmentSchema),
      },
    },
    run: async ({ context }) => ok(await listEnvironments(context.db, context.environment.organizationId)),
    answer: (all) => ({
      status: 200,
      body: {
        data: all.map(environmentToWire),
        next_cursor: null,
      },
    }),
  });
}

function apiKeys(app: App): void {
  const tag = "API keys";
  route(app, {
    method: "post",
    path: "/v1/api-keys",
    operationId: "createApiKey",
    tag,
    summary: "Create an API key; its secret is in this answer only",
    scope: "admin",
    changes: true,
    body: apiKeyInput,
    responses: {
      201: {
        description: "The key",
        schema: apiKeySchema,
      },
    },
    run: ({ context, body: { name, scopes, expires_at } }) =>
      createApiKey(context, {
        name,
        scopes,
        expiresAt: expires_at ?? null,
      }),
    answer: ({ apiKey, secret }) => ({
      status: 201,
      body: apiKeyToWire(apiKey, secret),
    }),
    stored: withoutSecret,
  });
  route(app, {
    method: "get",
    path: "/v1/api-keys",
    operationId: "listApiKeys",
    tag,
    summary: "List API keys",
    scope: "admin",
    changes: false,
    query: z.strictObject(listQuery),
    responses: {
      200: {
        description: "A page of keys, without secrets",
        schema: listOf(apiKeySchema),
      },
    },
    run: async ({ context, query }) => ok(await listApiKeys(context.db, context.environment.id, pageRequest(query))),
    answer: (page) => ({
      status: 200,
      body: pageToWire(page, (key) => apiKeyToWire(key, null)),
    }),
  });
  route(app, {
    method: "delete",
    path: "/v1/api-keys/{api_key}",
    operationId: "revokeApiKey",
    tag,
    summary: "Revoke an API key",
    scope: "admin",
    changes: true,
    params: z.object({ api_key: referenceSchema }),
    responses: {
      200: {
        description: "The revoked key",
        schema: apiKeySchema,
      },
    },
    run: ({ context, params }) => revokeApiKey(context, { id: params.api_key }),
    answer: (key) => ({
      status: 200,
      body: apiKeyToWire(key, null),
    }),
  });
}

function clock(app: App): void {
  const tag = "Clock";
  const clockSchema = z.object({ kind: z.enum(["live", "sandbox"]), now: z.string() });
  const advancedSchema = z.object({ now: z.string(), done: z.boolean() });
  route(app, {
    method: "get",
    path: "/v1/clock",
    operationId: "getClock",
    tag,
    summary: "What time it is in this environment",
    scope: "read",
    changes: false,
    responses: {
      200: {
        description: "The time",
        schema: clockSchema,
      },
    },
    run: ({ context }) =>
      Promise.resolve(
        ok({
          kind: context.environment.kind,
          now: context.clock.now(),
        }),
      ),
    answer: ({ kind, now }) => ({
      status: 200,
      body: {
        kind,
        now: formatInstant(now),
      },
    }),
  });
  route(app, {
    method: "post",
    path: "/v1/clock/advance",
    operationId: "advanceClock",
    tag,
    summary: "Advance a sandbox's clock; everything due on the way happens",
    scope: "write",
    changes: true,
    body: z.strictObject({ to: instantSchema }).openapi("ClockAdvance"),
    responses: {
      200: {
        description: "The clock stands at `to`",
        schema: advancedSchema,
      },
      202: {
        description: "There is more to do: the same call again goes on",
        schema: advancedSchema,
      },
    },
    run: ({ context, body }) => advanceClock(context, body),
    answer: ({ now, done }) => ({
      status: done ? 200 : 202,
      body: {
        now: formatInstant(now),
        done,
      },
    }),
  });
}
