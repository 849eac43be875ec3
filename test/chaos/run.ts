// `npm run chaos`: the trace story on a platform that is killed while it is sent events. The invoices must be the same.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tellTraceStory } from "#test/support/trace-story/story";
import { generatedTrace, parseTrace } from "#test/support/trace-story/trace";

const PUBLISHED_TRACE = "../shared/data/azure-llm-code-2023.csv";
const READY_WITHIN_MS = 60_000;
const root = path.resolve(import.meta.dirname, "../..");
const state = mkdtempSync(path.join(tmpdir(), "tollgate-chaos-"));
const port = Number(process.env["PORT"] ?? 18_987);
const environment = { ...process.env, PORT: String(port), TOLLGATE_STATE: state };

const running: { child: ChildProcess | null } = { child: null };
let kills = 0;

/** Starts the platform as a user does, in a process group of its own, and waits until it says that it runs. */
async function start(): Promise<void> {
  const child = spawn(process.execPath, ["scripts/start.ts"], {
    cwd: root,
    env: environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.child = child;
  let said = "";
  child.stdout.on("data", (part: Buffer) => (said += part.toString()));
  child.stderr.on("data", (part: Buffer) => (said += part.toString()));
  for (let waited = 0; !said.includes("Tollgate is running."); waited += 50) {
    if (child.exitCode !== null || waited > READY_WITHIN_MS) throw new Error(`the platform did not start:\n${said}`);
    await sleep(50);
  }
}

/** SIGKILL: the whole group, or the parent alone, which leaves the runtime behind for the next start to end. */
async function kill(what: "group" | "parent"): Promise<void> {
  const pid = running.child?.pid;
  if (pid === undefined) throw new Error("nothing to kill");
  const gone = new Promise((resolve) => running.child?.once("exit", resolve));
  if (what === "group") killGroup(pid);
  else process.kill(pid, "SIGKILL");
  await gone;
  kills += 1;
}

/** The runtime may have a group of its own; what belongs to the start is found by its parent. */
function killGroup(pid: number): void {
  const children = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .stdout.split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child);
  process.kill(-pid, "SIGKILL");
  for (const child of children) if (child !== undefined) tryKill(child);
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

try {
  const rows = existsSync(PUBLISHED_TRACE) ? parseTrace(readFileSync(PUBLISHED_TRACE, "utf8")) : generatedTrace();
  await start();
  const keys = JSON.parse(readFileSync(path.join(state, "keys.json"), "utf8")) as { api: string; live: string };
  // Killed a moment after a call was sent, so that its answer is lost while its events may have been counted.
  const strikes = new Map<number, "group" | "parent">([
    [7, "group"],
    [14, "parent"],
  ]);
  let restart: Promise<void> = Promise.resolve();
  const { customers } = await tellTraceStory({
    send: (where, init) => fetch(new URL(where, keys.api), init),
    adminKey: keys.live,
    rows,
    sandbox: "chaos",
    tell: (line) => console.log(line),
    beforeBatch: (index) => {
      const what = strikes.get(index);
      if (what !== undefined) {
        restart = sleep(15)
          .then(() => kill(what))
          .then(() => start());
        console.log(`   SIGKILL of the ${what === "group" ? "whole process group" : "parent alone"} during call ${index + 1}`);
      }
      return Promise.resolve();
    },
    waitBeforeRetry: async () => {
      await restart;
      await sleep(100);
    },
  });
  await restart;
  if (kills !== strikes.size) throw new Error(`${kills} of ${strikes.size} kills happened`);
  console.log(`\n${customers.length} customers billed to the cent after ${kills} kills: 1 passed`);
} finally {
  if (running.child?.pid !== undefined && running.child.exitCode === null) killGroup(running.child.pid);
  rmSync(state, { recursive: true, force: true });
}
