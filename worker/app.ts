import { OpenAPIHono } from "@hono/zod-openapi";
import { randomBytes } from "node:crypto";
import { makeId } from "#domain/ids";
import { openApiInfo } from "#worker/openapi-info";
import { wallClock } from "#worker/context";
import { errorText, log } from "#worker/log";
import { type App, refusal } from "#worker/route";
import { catalogRoutes } from "#worker/routes/catalog";
import { customerRoutes } from "#worker/routes/customers";
import { invoiceRoutes } from "#worker/routes/invoices";
import { operationRoutes } from "#worker/routes/operations";
import { subscriptionRoutes } from "#worker/routes/subscriptions";
import { tenancyRoutes } from "#worker/routes/tenancy";
import { usageRoutes } from "#worker/routes/usage";

/** The one version of the wire there is; a header naming another is refused rather than guessed at. */
export const API_VERSION = "2026-11-01";

const COMMON_HEADERS = Object.entries({
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "tollgate-version": API_VERSION,
  "x-content-type-options": "nosniff",
});

const KNOWN_METHODS = ["GET", "HEAD", "POST", "DELETE", "OPTIONS"];

/** The HTTP application: request id and headers around every answer, then the routes. */
export function createApp(): App {
  const app: App = new OpenAPIHono();
  app.openAPIRegistry.registerComponent("securitySchemes", "api_key", {
    type: "http",
    scheme: "bearer",
    description: "tg_live_… or tg_test_…",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "bootstrap_token", {
    type: "http",
    scheme: "bearer",
    description: "The operator's BOOTSTRAP_TOKEN",
  });
  app.use(async (http, next) => {
    http.set("requestId", makeId("request", wallClock(), randomBytes(10)));
    const version = http.req.header("tollgate-version");
    if (version !== undefined && version !== API_VERSION) {
      http.res = refusal(http, { code: "unknown_version", detail: `The version of this API is ${API_VERSION}.` });
    } else await next();
    // Not by http.header: once there is an answer, that copies it for every header.
    const { headers } = http.res;
    for (const [name, value] of COMMON_HEADERS) headers.set(name, value);
    for (const [name, value] of Object.entries(http.get("headers") ?? {})) headers.set(name, value);
    headers.set("request-id", http.get("requestId"));
  });
  app.get("/health", (http) => http.json({ status: "ok" }));
  for (const register of [tenancyRoutes, catalogRoutes, customerRoutes, subscriptionRoutes, usageRoutes, invoiceRoutes, operationRoutes])
    register(app);
  app.get("/openapi.json", (http) => http.json(app.getOpenAPI31Document(openApiInfo)));
  app.get("/docs", async (http) => {
    const { docsPage } = await import("#worker/documents/docs-page");
    return http.html(docsPage(app.getOpenAPI31Document(openApiInfo)));
  });
  app.notFound((http) => {
    const path = new URL(http.req.url).pathname;
    const allowed = methodsOf(app, path);
    if (allowed.length === 0 && KNOWN_METHODS.includes(http.req.method))
      return refusal(http, { code: "not_found", detail: "There is no such route." });
    const response = refusal(http, { code: "method_not_allowed", detail: "This route does not take this method." });
    response.headers.set("allow", allowed.join(", "));
    return response;
  });
  app.onError((error, http) => {
    log("error", "request_failed", { request_id: http.get("requestId"), path: new URL(http.req.url).pathname, error: errorText(error) });
    return refusal(http, {
      code: "internal",
      detail: "Something went wrong here. Nothing was half done; the request id finds it in the logs.",
    });
  });
  return app;
}

/** The methods some route takes at a path. */
function methodsOf(app: App, path: string): string[] {
  const methods = app.routes
    .filter(({ method, path: pattern }) => method !== "ALL" && new RegExp(`^${pattern.replaceAll(/:\w+/g, "[^/]+")}$`).test(path))
    .map(({ method }) => method);
  return [...new Set(methods)];
}
