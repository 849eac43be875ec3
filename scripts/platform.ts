import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import { root } from "./paths.ts";
import { runTool } from "./run.ts";

const DATE = "2026-10-20";
const apiConfig = path.join(root, "wrangler.toml");
const apiBundle = path.join(root, "dist/worker");
const dashboard = path.join(root, "dashboard");
const dashboardFunctions = path.join(root, "dist/dashboard-functions");

/** Bundles a Worker as a deployment would. */
export function buildWorker(configPath = apiConfig, bundle = apiBundle): Promise<void> {
  return runTool("wrangler", ["deploy", "--dry-run", "--config", configPath, "--outdir", bundle]);
}

/** Bundles the dashboard with its one Function. */
export async function buildDashboard(): Promise<void> {
  const functions = ["pages", "functions", "build", path.join(dashboard, "functions"), "--outdir", dashboardFunctions];
  await Promise.all([
    runTool("vite", ["build", dashboard, "--logLevel", "warn"]),
    runTool("wrangler", [...functions, "--compatibility-date", DATE], dashboard),
  ]);
}

/** Brings the local D1 in a state folder up to date. */
export function migrate(state: string): Promise<void> {
  return runTool("wrangler", ["d1", "migrations", "apply", "DB", "--local", "--persist-to", state]);
}

export type Socket = { readonly host: string; readonly port: number };

export type PlatformOptions = {
  readonly state: string;
  readonly api: Socket;
  /** Absent: no dashboard is served. */
  readonly dashboard?: Socket;
  /** Added to those of wrangler.toml. */
  readonly bindings: Readonly<Record<string, string>>;
  /** Workers that are not part of the platform but run beside it, in the same runtime. */
  readonly beside?: readonly object[];
};

/** The whole platform on one local runtime, each Worker on a direct socket: no proxy stands between a caller and the Worker. */
export async function startPlatform({ state, api, dashboard: shown, bindings, beside = [] }: PlatformOptions): Promise<Miniflare> {
  const { name } = unstable_readConfig({ config: apiConfig });
  const options = {
    host: api.host,
    port: 0,
    cf: false,
    logRequests: false,
    log: new Log(LogLevel.WARN),
    unsafeLocalExplorer: false,
    unsafeObservability: false,
    unsafeTriggerHandlers: true,
    resourcePersistencePath: path.join(state, "v3"),
    workers: [
      ...bundledWorker({ configPath: apiConfig, bundle: apiBundle, socket: api, bindings }),
      ...(shown === undefined ? [] : [dashboardWorker(name ?? "tollgate", shown)]),
      ...beside,
    ],
  };
  const platform = new Miniflare(convertV4MiniflareOptions(options as Parameters<typeof convertV4MiniflareOptions>[0]));
  await platform.ready;
  return platform;
}

/** A Worker of this repository for the local runtime, after `buildWorker`. */
export function bundledWorker(given: {
  readonly configPath: string;
  readonly bundle: string;
  readonly socket: Socket;
  readonly bindings: Readonly<Record<string, string>>;
}): object[] {
  const { workerOptions, externalWorkers } = unstable_getMiniflareWorkerOptions(given.configPath);
  const { name } = unstable_readConfig({ config: given.configPath });
  const configured = (workerOptions as { bindings?: Record<string, string> }).bindings;
  const worker = {
    ...workerOptions,
    name,
    rootPath: root,
    modulesRoot: given.bundle,
    modules: modulesOf(given.bundle),
    bindings: { ...configured, ...given.bindings },
    unsafeDirectSockets: [given.socket],
  };
  return [worker, ...externalWorkers];
}

function dashboardWorker(api: string, socket: Socket): object {
  const assets = {
    has_user_worker: true,
    invoke_user_worker_ahead_of_assets: false,
    static_routing: { user_worker: ["/api/*"], asset_worker: [] },
  };
  return {
    name: "tollgate-dashboard",
    rootPath: root,
    compatibilityDate: DATE,
    modulesRoot: dashboardFunctions,
    modules: modulesOf(dashboardFunctions),
    serviceBindings: { API: api },
    assets: {
      directory: path.join(dashboard, "dist"),
      binding: "ASSETS",
      run_worker_first: ["/api/*"],
      routerConfig: assets,
      assetConfig: {
        html_handling: "auto-trailing-slash",
        not_found_handling: "single-page-application",
        compatibility_date: DATE,
        compatibility_flags: [],
      },
    },
    unsafeDirectSockets: [socket],
  };
}

/** The modules of a bundle, its entry first. */
function modulesOf(folder: string): object[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".js"))
    .sort((a, b) => Number(b === "index.js") - Number(a === "index.js"))
    .map((file) => ({ type: "ESModule", path: path.join(folder, file), contents: readFileSync(path.join(folder, file), "utf8") }));
}
