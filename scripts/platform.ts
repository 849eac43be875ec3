import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import { root, stateFolder } from "./paths.ts";
import { runTool } from "./run.ts";

const DATE = "2026-10-20";
const bundle = path.join(root, "dist/worker");
const dashboard = path.join(root, "dashboard");
const dashboardFunctions = path.join(root, "dist/dashboard-functions");

/** Bundles the Worker as a deployment would, and the dashboard with its one Function. */
export function build(): void {
  runTool("wrangler", ["deploy", "--dry-run", "--outdir", bundle]);
  runTool("vite", ["build", dashboard, "--logLevel", "warn"]);
  runTool(
    "wrangler",
    ["pages", "functions", "build", path.join(dashboard, "functions"), "--outdir", dashboardFunctions, "--compatibility-date", DATE],
    dashboard,
  );
}

export function migrate(): void {
  runTool("wrangler", ["d1", "migrations", "apply", "DB", "--local", "--persist-to", stateFolder]);
}

export type Ports = { readonly host: string; readonly api: number; readonly dashboard: number };

/**
 * The whole platform on one local runtime: the API and the dashboard each on a direct socket, so that no proxy stands between
 * a caller and the Worker. `bindings` are added to those of wrangler.toml.
 */
export async function startPlatform(
  ports: Ports,
  bindings: Readonly<Record<string, string>>,
  extraWorkers: readonly object[] = [],
): Promise<Miniflare> {
  const configPath = path.join(root, "wrangler.toml");
  const { workerOptions, externalWorkers } = unstable_getMiniflareWorkerOptions(configPath);
  const { name } = unstable_readConfig({ config: configPath });
  const options = {
    host: ports.host,
    port: 0,
    cf: false,
    logRequests: false,
    log: new Log(LogLevel.WARN),
    unsafeLocalExplorer: false,
    unsafeObservability: false,
    unsafeTriggerHandlers: true,
    resourcePersistencePath: path.join(stateFolder, "v3"),
    workers: [
      {
        ...workerOptions,
        name,
        rootPath: root,
        modulesRoot: bundle,
        modules: modulesOf(bundle),
        bindings: {
          ...(
            workerOptions as {
              bindings?: Record<string, string>;
            }
          ).bindings,
          ...bindings,
        },
        unsafeDirectSockets: [
          {
            host: ports.host,
            port: ports.api,
          },
        ],
      },
      ...externalWorkers,
      ...(existsSync(dashboardFunctions) ? [dashboardWorker(name ?? "tollgate", ports)] : []),
      ...extraWorkers,
    ],
  };
  const platform = new Miniflare(convertV4MiniflareOptions(options as Parameters<typeof convertV4MiniflareOptions>[0]));
  await platform.ready;
  return platform;
}

function dashboardWorker(api: string, ports: Ports): object {
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
    unsafeDirectSockets: [{ host: ports.host, port: ports.dashboard }],
  };
}

/** The modules of a bundle, its entry first. */
function modulesOf(folder: string): object[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".js"))
    .sort((a, b) => Number(b === "index.js") - Number(a === "index.js"))
    .map((file) => ({ type: "ESModule", path: path.join(folder, file), contents: readFileSync(path.join(folder, file), "utf8") }));
}
