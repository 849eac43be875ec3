import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildWorker, bundledWorker, migrate, startPlatform } from "#scripts/platform";

const HOST = "127.0.0.1";
const CUSTOMERS = 100;
const TOKEN = "bench-bootstrap-token";
const floorsConfig = path.join(import.meta.dirname, "floors/wrangler.toml");
const floorsBundle = path.resolve(import.meta.dirname, "../../dist/floors");

/** What is measured on: the platform and the floors in one local runtime, with a plan and customers on it. */
export type Stage = {
  readonly host: string;
  readonly ports: { readonly api: number; readonly floors: number };
  /** A request with our key, as bytes. */
  readonly request: (method: "GET" | "POST", route: string, body?: string) => Buffer;
  readonly customer: (index: number) => string;
  readonly eventTime: string;
  readonly close: () => Promise<void>;
};

export async function setStage(port: number): Promise<Stage> {
  const state = mkdtempSync(path.join(tmpdir(), "tollgate-bench-"));
  const ports = { api: port, floors: port + 1 };
  buildWorker();
  buildWorker(floorsConfig, floorsBundle);
  migrate(state);
  const runtime = await startPlatform({
    state,
    api: { host: HOST, port: ports.api },
    bindings: { BOOTSTRAP_TOKEN: TOKEN },
    beside: bundledWorker({ configPath: floorsConfig, bundle: floorsBundle, socket: { host: HOST, port: ports.floors }, bindings: {} }),
  });
  const key = await furnish(`http://${HOST}:${ports.api}`);
  return {
    host: HOST,
    ports,
    request: (method, route, body) => {
      const head = [`${method} ${route} HTTP/1.1`, "host: bench", `authorization: Bearer ${key}`];
      if (body !== undefined) head.push("content-type: application/json", `content-length: ${Buffer.byteLength(body)}`);
      return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body ?? ""}`);
    },
    customer,
    eventTime: new Date().toISOString(),
    close: async () => {
      await runtime.dispose();
      rmSync(state, { recursive: true, force: true });
    },
  };
}

function customer(index: number): string {
  return `customer-${index}`;
}

/** A plan with an entitlement of each kind, and subscribed customers, in a live environment. Answers its key. */
async function furnish(api: string): Promise<string> {
  const post = async (key: string, route: string, body?: object): Promise<unknown> => {
    const response = await fetch(new URL(route, api), {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${route} answered ${response.status}: ${await response.text()}`);
    return await response.json();
  };
  const made = (await post(TOKEN, "/v1/organizations", { name: "Bench" })) as {
    environments: { environment: { kind: string }; api_key: { key: string } }[];
  };
  const key = made.environments.find(({ environment }) => environment.kind === "live")?.api_key.key;
  if (key === undefined) throw new Error("no live environment was made");
  const meters = [
    { key: "api_calls", name: "API calls", event_type: "llm.request", aggregation: "count" },
    { key: "tokens", name: "Tokens", event_type: "llm.request", aggregation: "sum", value_property: "context_tokens" },
  ];
  for (const meter of meters) await post(key, "/v1/meters", meter);
  await post(key, "/v1/features", { key: "calls", name: "API calls", type: "metered", meter: "api_calls" });
  await post(key, "/v1/features", { key: "sso", name: "Single sign-on", type: "boolean" });
  await post(key, "/v1/products", { key: "api", name: "API" });
  await post(key, "/v1/plans", {
    key: "pro",
    name: "Pro",
    currency: "USD",
    interval: "month",
    prices: meters.map((meter) => ({
      key: meter.key,
      product: "api",
      name: meter.name,
      kind: "usage",
      meter: meter.key,
      model: { type: "per_unit", unit_amount: "0.000002" },
    })),
    entitlements: [
      { feature: "sso", value: true },
      { feature: "calls", limit: "1000000000000", reset: "billing_period" },
    ],
  });
  await post(key, "/v1/plans/pro/publish");
  for (let index = 0; index < CUSTOMERS; index++) {
    await post(key, "/v1/customers", { key: customer(index), name: `Customer ${index}`, currency: "USD" });
    await post(key, "/v1/subscriptions", { customer: customer(index), plan: "pro" });
  }
  return key;
}
