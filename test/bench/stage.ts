import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildWorker, bundledWorker, migrate, startPlatform } from "#scripts/platform";

const HOST = "127.0.0.1";
const CUSTOMERS = 100;
const TOKEN = "bench-bootstrap-token";
const floorsConfig = path.join(import.meta.dirname, "floors/wrangler.toml");
const floorsBundle = path.resolve(import.meta.dirname, "../../dist/floors");

/** How many meters count an event of each type. */
export const METERS_AN_EVENT = [1, 3, 10] as const;
export const typeOf = (meters: (typeof METERS_AN_EVENT)[number]): string => `request.${meters}`;

/** What is measured on: the platform and the floors in one local runtime, with a plan and customers on it. */
export type Stage = {
  readonly host: string;
  readonly ports: { readonly api: number; readonly floors: number };
  /** A request with our key, as bytes. */
  readonly request: (method: "GET" | "POST", route: string, body?: string) => Buffer;
  readonly customer: (index: number) => string;
  readonly eventTime: string;
  /** Ends the runtime and starts it on the same data: every object has to wake. */
  readonly restart: () => Promise<void>;
  /** Bytes on disk. */
  readonly stored: () => number;
  readonly close: () => Promise<void>;
};

export async function setStage(port: number): Promise<Stage> {
  const state = mkdtempSync(path.join(tmpdir(), "tollgate-bench-"));
  const ports = { api: port, floors: port + 1 };
  await Promise.all([buildWorker(), buildWorker(floorsConfig, floorsBundle), migrate(state)]);
  const start = () =>
    startPlatform({
      state,
      api: { host: HOST, port: ports.api },
      bindings: { BOOTSTRAP_TOKEN: TOKEN },
      beside: bundledWorker({ configPath: floorsConfig, bundle: floorsBundle, socket: { host: HOST, port: ports.floors }, bindings: {} }),
    });
  let runtime = await start();
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
    restart: async () => {
      await runtime.dispose();
      runtime = await start();
    },
    stored: () => bytesIn(state),
    close: async () => {
      await runtime.dispose();
      rmSync(state, { recursive: true, force: true });
    },
  };
}

/** The first of a type counts, the others sum. */
function meterOf(many: (typeof METERS_AN_EVENT)[number], index: number) {
  const facts = { key: `request_${many}_${index}`, name: `Meter ${index} of ${many}`, event_type: typeOf(many) };
  return index === 0 ? { ...facts, aggregation: "count" } : { ...facts, aggregation: "sum", value_property: "context_tokens" };
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
  const meters = METERS_AN_EVENT.flatMap((many) => Array.from({ length: many }, (_, index) => meterOf(many, index)));
  for (const meter of meters) await post(key, "/v1/meters", meter);
  await post(key, "/v1/features", { key: "calls", name: "API calls", type: "metered", meter: "request_1_0" });
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

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).reduce((sum, name) => {
    const stats = statSync(path.join(folder, name), { throwIfNoEntry: false });
    return sum + (stats?.isFile() ? stats.size : 0);
  }, 0);
}
