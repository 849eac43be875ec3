// `npm test`: everything that must hold before a change lands and needs no browser. Stops at the first failure.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { quietEnvironment, root } from "./paths.ts";

const tool = (file: string, ...args: string[]): readonly string[] => [path.join(root, "node_modules", file), ...args];
const tsc = (project: string): readonly string[] => tool("ts7/bin/tsc", "-p", project);

const steps: readonly (readonly [string, readonly string[]])[] = [
  ["format", tool("oxfmt/bin/oxfmt", "--check")],
  ["lint, layers included", tool("oxlint/bin/oxlint", "--type-aware", "--deny-warnings")],
  ["types: platform", tsc(".")],
  ["types: scripts", tsc("scripts")],
  ["types: dashboard", tsc("dashboard")],
  ["dead code", tool("knip/bin/knip.js", "--no-progress")],
  ["generated files", [path.join(root, "scripts/generate.ts"), "--check"]],
  ["worker types", tool("wrangler/bin/wrangler.js", "types", "--include-runtime=false", "--check")],
  ["dashboard build", tool("vite/bin/vite.js", "build", "dashboard", "--logLevel", "warn")],
  ["deploy rehearsal", tool("wrangler/bin/wrangler.js", "deploy", "--dry-run", "--outdir", "dist/rehearsal")],
  ["tests", tool("vitest/vitest.mjs", "run")],
];

const began = performance.now();
for (const [name, command] of steps) {
  const start = performance.now();
  const shown = name === "tests" ? "inherit" : "pipe";
  const result = spawnSync(process.execPath, command, {
    cwd: root,
    env: quietEnvironment,
    stdio: ["ignore", shown, shown],
    encoding: "utf8",
  });
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  if (result.status !== 0) {
    console.error(`✗ ${name} (${seconds} s)\n${result.stdout ?? ""}${result.stderr ?? ""}`);
    process.exit(1);
  }
  console.log(`✓ ${name} (${seconds} s)`);
}
console.log(`${steps.length} passed in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
