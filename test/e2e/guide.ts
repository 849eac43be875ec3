import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { blocksOf, shows } from "#test/support/guide";

const MARK = "=== block ";

/** Runs every command of a guide as it is written, in one shell, and looks for the answers it shows. Answers how many there were. */
export function runGuide(file: string, given: { readonly api: string; readonly live: string }): number {
  // The block that starts the platform is done: it runs.
  const blocks = blocksOf(readFileSync(file, "utf8")).filter(({ command }) => !command.includes("npm start"));
  const script = blocks
    .map(({ command }, index) => `echo "${MARK}${index}"\n${command}`)
    .join("\n")
    .replace("http://127.0.0.1:8787", given.api)
    .replace("tg_live_…", given.live);
  const run = spawnSync("bash", ["-c", `set -euo pipefail\n${script}`], { encoding: "utf8", timeout: 120_000 });
  if (run.status !== 0) throw new Error(`the guide ended with ${run.status}:\n${run.stdout}${run.stderr}`);
  const said = run.stdout.split(MARK).slice(1);
  let shown = 0;
  for (const [index, { command, answer }] of blocks.entries()) {
    for (const line of answer) {
      shown += 1;
      if (!shows(said[index] ?? "", line))
        throw new Error(`the guide shows "${line}" after\n${command}\nbut the answer was\n${said[index] ?? ""}`);
    }
  }
  if (shown === 0) throw new Error(`${file} shows no answers`);
  return blocks.length;
}
