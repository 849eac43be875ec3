import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const READY_WITHIN_MS = 90_000;
const root = path.resolve(import.meta.dirname, "../..");

type Keys = { readonly api: string; readonly dashboard: string; readonly live: string; readonly sandbox: string };

/** The platform as a user starts it, with a state folder of its own; can be killed and started again. Ends only what it started. */
export class LocalPlatform {
  readonly #state = mkdtempSync(path.join(tmpdir(), "tollgate-"));
  readonly #port: number;
  #child: ChildProcess | null = null;
  #built = false;

  constructor(port: number) {
    this.#port = port;
  }

  keys(): Keys {
    return JSON.parse(readFileSync(path.join(this.#state, "keys.json"), "utf8")) as Keys;
  }

  /** In a process group of its own; resolves when it says that it runs. */
  async start(): Promise<void> {
    const built = this.#built ? { TOLLGATE_BUILT: "yes" } : {};
    const env = { ...process.env, PORT: String(this.#port), TOLLGATE_STATE: this.#state, ...built };
    const child = spawn(process.execPath, ["scripts/start.ts"], { cwd: root, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    let said = "";
    child.stdout.on("data", (part: Buffer) => (said += part.toString()));
    child.stderr.on("data", (part: Buffer) => (said += part.toString()));
    for (let waited = 0; !said.includes("Tollgate is running."); waited += 50) {
      if (child.exitCode !== null || child.signalCode !== null || waited > READY_WITHIN_MS)
        throw new Error(`the platform did not start:\n${said}`);
      await sleep(50);
    }
    this.#built = true;
  }

  /** SIGKILL: all of it, or the parent alone, which leaves the runtime behind for the next start to end. */
  async kill(what: "group" | "parent"): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) throw new Error("nothing runs");
    const gone = new Promise((resolve) => child.once("exit", resolve));
    if (what === "group") endGroup(child.pid);
    else process.kill(child.pid, "SIGKILL");
    await gone;
  }

  close(): void {
    if (this.#child?.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) endGroup(this.#child.pid);
    rmSync(this.#state, { recursive: true, force: true });
  }
}

/** The runtime may have left the group; its parent still tells whose it is. */
function endGroup(pid: number): void {
  const children = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .stdout.split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child);
  process.kill(-pid, "SIGKILL");
  for (const child of children) if (child !== undefined) endProcess(child);
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
