import path from "node:path";

export const root = path.resolve(import.meta.dirname, "..");

/** Where a running platform keeps its data, its keys and what it started. `TOLLGATE_STATE` puts it elsewhere. */
export const stateFolder = path.resolve(root, process.env["TOLLGATE_STATE"] ?? ".tollgate");
export const keysFile = path.join(stateFolder, "keys.json");
export const runtimeFile = path.join(stateFolder, "runtime.json");

/** What `npm start` leaves for the other commands. */
export type Keys = { readonly api: string; readonly dashboard: string; readonly live: string; readonly sandbox: string };

export const quietEnvironment = {
  ...process.env,
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};
