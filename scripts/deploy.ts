// `npm run deploy`: migrations by binding name, the Worker, then the dashboard on Pages.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { root } from "./paths.ts";

const wrangler = path.join(root, "node_modules/wrangler/bin/wrangler.js");
const vite = path.join(root, "node_modules/vite/bin/vite.js");
const dashboard = path.join(root, "dashboard");

const steps: readonly (readonly [string, string, readonly string[]])[] = [
  [root, wrangler, ["d1", "migrations", "apply", "DB", "--remote"]],
  [root, wrangler, ["deploy"]],
  [root, vite, ["build", dashboard]],
  [dashboard, wrangler, ["pages", "deploy"]],
];
for (const [folder, script, args] of steps) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: folder, stdio: "inherit" });
  if (status !== 0) {
    console.error(
      `\nStopped at: ${path.basename(script)} ${args.join(" ")}. Sign in with "npx wrangler login", then run it again: every step may be repeated.`,
    );
    process.exit(status ?? 1);
  }
}
