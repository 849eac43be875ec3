import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { runtimeFile } from "./paths.ts";
import { replaceFile } from "./replace-file.ts";

type Process = { readonly pid: number; readonly parent: number; readonly command: string };

/** What a start wrote down about itself, so that a later one can end what it left behind. */
type Runtime = { readonly parent: number; readonly api: string; readonly workers: readonly number[] };

/** All processes of this machine, by `ps`, which Linux and macOS share. */
function processes(): Process[] {
  const listed = spawnSync("ps", ["-A", "-o", "pid=,ppid=,command="], { encoding: "utf8" });
  return listed.stdout.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return match && !line.includes("<defunct>") ? [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3] ?? "" }] : [];
  });
}

/** Notes this process and the runtime it has started, if it has. */
export function noteRuntime(api: string): void {
  replaceFile(runtimeFile, JSON.stringify({ parent: process.pid, api, workers: runtimeProcesses() } satisfies Runtime));
}

/** The runtime's processes among our children. */
export function runtimeProcesses(): number[] {
  return processes()
    .filter(({ parent, command }) => parent === process.pid && command.includes("workerd"))
    .map(({ pid }) => pid);
}

export function forgetRuntime(): void {
  rmSync(runtimeFile, { force: true });
}

/** The start that is running now, if one is. */
export function runningStart(): Runtime | null {
  const noted = readRuntime();
  if (noted === null) return null;
  return processes().some(({ pid, command }) => pid === noted.parent && command.includes("start.ts")) ? noted : null;
}

/**
 * Ends the runtime that a killed start has left holding ports and storage: only processes it had written down, and only if
 * they still are what they were.
 */
export async function endOrphans(): Promise<number> {
  const noted = readRuntime();
  if (noted === null || runningStart() !== null) return 0;
  const orphans = (): number[] =>
    processes()
      .filter(({ pid, command }) => noted.workers.includes(pid) && command.includes("workerd"))
      .map(({ pid }) => pid);
  const found = orphans();
  for (const pid of found) process.kill(pid, "SIGKILL");
  for (let waited = 0; orphans().length > 0; waited += 50) {
    if (waited > 5_000) throw new Error(`the runtime of an earlier start (pid ${orphans().join(", ")}) does not end`);
    await sleep(50);
  }
  forgetRuntime();
  return found.length;
}

/** A note that cannot be read says nothing: what it may have named still holds its port, and the start says so. */
function readRuntime(): Runtime | null {
  if (!existsSync(runtimeFile)) return null;
  try {
    return JSON.parse(readFileSync(runtimeFile, "utf8")) as Runtime;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
