import { spawn } from "node:child_process";
import path from "node:path";
import { quietEnvironment, root } from "./paths.ts";

/** The entry scripts of the tools, run by this Node: `.bin` links differ between systems. */
const TOOLS = {
  wrangler: "node_modules/wrangler/bin/wrangler.js",
  vite: "node_modules/vite/bin/vite.js",
} as const;

/** Runs a tool quietly; when it fails, shows what it said and ends. */
export async function runTool(tool: keyof typeof TOOLS, args: readonly string[], folder = root): Promise<void> {
  const child = spawn(process.execPath, [path.join(root, TOOLS[tool]), ...args], {
    cwd: folder,
    env: quietEnvironment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => said.push(part));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("error", reject);
  child.once("close", resolve);
  if ((await promise) === 0) return;
  process.stderr.write(`${tool} ${args.join(" ")} failed\n${Buffer.concat(said).toString("utf8")}`);
  process.exit(1);
}
