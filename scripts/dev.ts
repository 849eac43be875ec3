// `npm run dev`: the API under wrangler dev, reloading on change. For speed and the dashboard use `npm start`.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Keys, keysFile, quietEnvironment, root, stateFolder } from "./paths.ts";
import { migrate } from "./platform.ts";
import { endOrphans, runningStart } from "./processes.ts";

mkdirSync(stateFolder, { recursive: true });
const other = runningStart();
if (other !== null) {
  console.error(`Tollgate is running on the same data (pid ${other.parent}). Stop it first.`);
  process.exit(1);
}
await endOrphans();
await migrate(stateFolder);
const port = process.env["PORT"] ?? "8787";
const token = "development-bootstrap-token";
if (existsSync(keysFile)) {
  const keys = JSON.parse(readFileSync(keysFile, "utf8")) as Keys;
  console.log(`The data of npm start: its keys work here.\n  Live key     ${keys.live}\n  Sandbox key  ${keys.sandbox}\n`);
} else {
  console.log(`POST http://127.0.0.1:${port}/v1/organizations with the bearer token ${token} makes an organization and its keys.\n`);
}
const wrangler = spawn(
  process.execPath,
  [
    path.join(root, "node_modules/wrangler/bin/wrangler.js"),
    "dev",
    "--port",
    port,
    "--persist-to",
    stateFolder,
    "--var",
    `BOOTSTRAP_TOKEN:${token}`,
    "--test-scheduled",
  ],
  { cwd: root, stdio: "inherit", env: quietEnvironment },
);
// Ctrl+C reaches wrangler as well; its own ending says when we may end.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => wrangler.kill(signal));
wrangler.on("exit", (code) => process.exit(code ?? 0));
