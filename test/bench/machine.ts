import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { runtimeProcesses } from "#scripts/processes";

const TICKS_A_SECOND = 100;

export const machine = {
  cores: availableParallelism(),
  processor: cpus()[0]?.model ?? "unknown",
  memory_gb: Math.round(totalmem() / 2 ** 30),
  system: `${process.platform} ${process.arch}`,
  node: process.version,
};

export type CpuReading = { readonly runtime: number; readonly own: number; readonly all: number; readonly atMs: number };

/** Seconds of processor time: of the runtime, of this process, of the whole machine. Null where there is no /proc. */
export function readCpu(runtime: readonly number[]): CpuReading | null {
  if (process.platform !== "linux") return null;
  const own = process.cpuUsage();
  const all = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1_000;
  return {
    runtime: runtime.reduce((sum, pid) => sum + secondsOf(pid), 0),
    own: (own.user + own.system) / 1e6,
    all,
    atMs: performance.now(),
  };
}

export function runtimePids(): number[] {
  return process.platform === "linux" ? runtimeProcesses() : [];
}

/** User and system time of a process: fields 14 and 15 of /proc/PID/stat, counted after the name, which may hold spaces. */
function secondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}
