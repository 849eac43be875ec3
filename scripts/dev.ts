// `npm run dev`: the API under wrangler dev, reloading on change. For speed and the dashboard use `npm start`.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { quietEnvironment, root, stateFolder } from "./paths.ts";
import { migrate } from "./platform.ts";

mkdirSync(stateFolder, { recursive: true });
migrate();
const port = process.env["PORT"] ?? "8787";
const token = "development-bootstrap-token";
console.log(`POST http://127.0.0.1:${port}/v1/organizations with the bearer token ${token} makes an organization and its keys.`);
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
wrangler.on("exit", (code) => process.exit(code ?? 0));
