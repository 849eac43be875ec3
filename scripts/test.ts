// `npm test`: everything that must hold before a change lands and needs no browser. Stops at the first step that fails.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { quietEnvironment, root } from "./paths.ts";

const tool = (file: string, ...args: string[]): readonly string[] => [path.join(root, "node_modules", file), ...args];
const tsc = (project: string): readonly string[] => tool("ts7/bin/tsc", "-p", project);
const resultsFile = path.join(root, "dist/test-results.json");

const steps: readonly (readonly [string, readonly string[]])[] = [
  ["format", tool("oxfmt/bin/oxfmt", "--check")],
  ["lint, layers included", tool("oxlint/bin/oxlint", "--type-aware", "--deny-warnings")],
  ["types: platform", tsc(".")],
  ["types: scripts", tsc("scripts")],
  ["types: dashboard", tsc("dashboard")],
  ["dead code", tool("knip/bin/knip.js", "--no-progress")],
  ["generated files", [path.join(root, "scripts/generate.ts"), "--check"]],
  ["worker types", tool("wrangler/bin/wrangler.js", "types", "--include-runtime=false", "--check")],
  ["deploy rehearsal", [path.join(root, "scripts/deploy.ts"), "--dry-run"]],
];
const suites = tool("vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${resultsFile}`);

const began = performance.now();
for (const [index, [name, command]] of steps.entries()) {
  if (!run(name, command, "pipe")) close(index, 1);
}
rmSync(resultsFile, { force: true });
const green = run("tests", suites, "inherit");
const { passed, failed } = testResults();
close(steps.length + passed, green ? failed : Math.max(1, failed));

function run(name: string, command: readonly string[], shown: "pipe" | "inherit"): boolean {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: root,
    env: quietEnvironment,
    stdio: ["ignore", shown, shown],
    encoding: "utf8",
  });
  const took = `${name} (${((performance.now() - start) / 1_000).toFixed(1)} s)`;
  if (status === 0) console.log(`✓ ${took}`);
  else console.error(`✗ ${took}\n${stdout ?? ""}${stderr ?? ""}`);
  return status === 0;
}

/** A suite that cannot even be loaded has no test that failed; the exit code speaks for it. */
function testResults(): { passed: number; failed: number } {
  if (!existsSync(resultsFile)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(resultsFile, "utf8")) as Record<string, number>;
  return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 };
}

/** Steps and tests together. */
function close(passed: number, failed: number): never {
  console.log(`\nin ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
