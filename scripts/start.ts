// `npm start`: the whole platform on the local Workers runtime, with its data kept under .tollgate/.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { Miniflare } from "miniflare";
import { type Keys, keysFile, stateFolder } from "./paths.ts";
import { buildDashboard, buildWorker, migrate, startPlatform } from "./platform.ts";
import { endOrphans, forgetRuntime, noteRuntime, runningStart } from "./processes.ts";
import { replaceFile } from "./replace-file.ts";

const HOST = "127.0.0.1";
const MINUTE_MS = 60_000;
const NOTE_EVERY_MS = 100;
const apiPort = readPort(process.env["PORT"] ?? "8787");
const api = `http://${HOST}:${apiPort}`;
const dashboard = `http://${HOST}:${apiPort + 1}`;

mkdirSync(stateFolder, { recursive: true });
const other = runningStart();
if (other !== null) stop(`Tollgate is running here already (pid ${other.parent}). Stop it first, or use it: ${other.api}`);
const ended = await endOrphans();
if (ended > 0) console.log(`Ended ${ended} runtime process${ended === 1 ? "" : "es"} that a killed start had left behind.`);
for (const port of [apiPort, apiPort + 1]) {
  if (!(await isFree(port))) stop(`Port ${port} is in use by another program. Choose another: PORT=9000 npm start`);
}
noteRuntime(api);
process.once("exit", forgetRuntime);
// Before the runtime's own handlers: they would end us with an error's exit code. It ends its processes when we exit.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(0));

// Who starts it again and again knows that nothing has changed.
const isBuilt = process.env["TOLLGATE_BUILT"] !== undefined;
if (!isBuilt) console.log("Building …");
await Promise.all([migrate(stateFolder), ...(isBuilt ? [] : [buildWorker(), buildDashboard()])]);
const token = randomBytes(24).toString("base64url");
const platform = await noted(
  startPlatform({
    state: stateFolder,
    api: { host: HOST, port: apiPort },
    dashboard: { host: HOST, port: apiPort + 1 },
    bindings: { BOOTSTRAP_TOKEN: token },
  }),
);
const keys = existsSync(keysFile) ? { ...readKeys(), api, dashboard } : await bootstrap();
replaceFile(keysFile, JSON.stringify(keys, null, 2));
runCron(platform);
announce();

function announce(): void {
  console.log(`
Tollgate is running.

  API          ${api}        (reference: ${api}/docs)
  Dashboard    ${dashboard}        (sign in with either key)
  Live key     ${keys.live}
  Sandbox key  ${keys.sandbox}

Next: in a second terminal, npm run demo bills a month of real usage and checks every line.
Data is kept in ${stateFolder}; npm run reset clears it. Stop with Ctrl+C.
`);
}

function readKeys(): Keys {
  return JSON.parse(readFileSync(keysFile, "utf8")) as Keys;
}

/** Makes the first organization the way an operator does: through the API, with the operator's token. */
async function bootstrap(): Promise<Keys> {
  const response = await fetch(`${api}/v1/organizations`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "My company" }),
  });
  if (response.status !== 201) throw new Error(`the first organization could not be made: ${response.status} ${await response.text()}`);
  const { environments } = (await response.json()) as { environments: { environment: { kind: string }; api_key: { key: string } }[] };
  const keyOf = (kind: string): string => {
    const found = environments.find(({ environment }) => environment.kind === kind);
    if (found === undefined) throw new Error(`no ${kind} environment was made`);
    return found.api_key.key;
  };
  return { api, dashboard, live: keyOf("live"), sandbox: keyOf("sandbox") };
}

/** The local runtime fires no cron by itself. One tick at a time: a slow one delays the next. */
function runCron(running: Miniflare): void {
  const tick = async (): Promise<void> => {
    const worker = await running.getWorker("tollgate");
    await worker.scheduled({ cron: "* * * * *", scheduledTime: new Date() }).catch((error: unknown) => console.error("cron failed", error));
    setTimeout(() => void tick(), MINUTE_MS - (Date.now() % MINUTE_MS)).unref();
  };
  setTimeout(() => void tick(), 1_000).unref();
}

/** Writes down the runtime's processes from the moment there are any: a kill while it starts must not leave one unknown. */
async function noted<T>(starting: Promise<T>): Promise<T> {
  const noting = setInterval(() => noteRuntime(api), NOTE_EVERY_MS);
  try {
    return await starting;
  } finally {
    clearInterval(noting);
    noteRuntime(api);
  }
}

/** The API's port; the dashboard takes the next one. */
function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_534) stop(`PORT is a number from 1 to 65534, not "${text}".`);
  return port;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, HOST, () => probe.close(() => resolve(true)));
  });
}

function stop(message: string): never {
  console.error(message);
  process.exit(1);
}
