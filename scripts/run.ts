import { spawnSync } from "node:child_process";
import path from "node:path";
import { quietEnvironment, root } from "./paths.ts";

/** The entry scripts of the tools, run by this Node: `.bin` links differ between systems. */
const TOOLS = {
  wrangler: "node_modules/wrangler/bin/wrangler.js",
  vite: "node_modules/vite/bin/vite.js",
} as const;

/** Runs a tool quietly; when it fails, shows what it said and ends. */
export function runTool(tool: keyof typeof TOOLS, args: readonly string[], folder = root): string {
  const result = spawnSync(process.execPath, [path.join(root, TOOLS[tool]), ...args], {
    cwd: folder,
    encoding: "utf8",
    env: quietEnvironment,
  });
  if (result.status !== 0) {
    process.stderr.write(`${tool} ${args.join(" ")} failed\n${result.stdout}${result.stderr}`);
    process.exit(1);
  }
  return result.stdout;
}
