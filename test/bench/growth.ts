// `npm run bench:growth -- --events 1000000`: what one customer's ledger costs as it fills. Each line is taken at a power of
// ten: events per second against the first line, processor time an event, the time of the first call after a restart, the
// runtime's memory, and the bytes on disk an event. JSON on stdout, a table on stderr.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runLoad } from "./load.ts";
import { machine, readCpu, runtimePids } from "./machine.ts";
import { setStage, type Stage } from "./stage.ts";
import { ingest } from "./targets.ts";

const { values } = parseArgs({ options: { events: { type: "string", default: "1000000" } } });
const most = Number(values.events);
const FIRST = 10_000;
const BATCH = 1_000;
const CONNECTIONS = 4;
const CUSTOMER = { customers: [7], meters: 3 as const };

type Step = {
  readonly stored_events: number;
  readonly events_per_second: number;
  readonly against_first: number;
  readonly cpu_us_an_event: number | null;
  readonly wake_ms: number;
  readonly memory_mb: number;
  readonly bytes_an_event: number;
};

const stage = await setStage(Number(process.env["PORT"] ?? 19_687));
try {
  const empty = stage.stored();
  const steps: Step[] = [];
  let stored = 0;
  for (let level = FIRST; level <= most; level *= 10) {
    stored += await fill(stage, level - stored, `fill ${level}`);
    const measured = await measure(stage, `at ${level}`);
    stored += measured.sent;
    const bytes = (stage.stored() - empty) / stored;
    const wakeMs = await wake(stage, `wake ${level}`);
    stored += BATCH;
    const perSecond = measured.callsPerSecond * BATCH;
    steps.push({
      stored_events: level,
      events_per_second: Math.round(perSecond),
      against_first: rounded(perSecond / (steps[0]?.events_per_second ?? perSecond)),
      cpu_us_an_event: measured.cpuUs === null ? null : rounded(measured.cpuUs / BATCH),
      wake_ms: Math.round(wakeMs),
      memory_mb: memoryMb(),
      bytes_an_event: Math.round(bytes),
    });
    console.error(JSON.stringify(steps.at(-1)));
  }
  console.log(JSON.stringify({ machine, batch: BATCH, connections: CONNECTIONS, meters: CUSTOMER.meters, steps }, null, 2));
} finally {
  await stage.close();
}

/** Sends events until so many more are stored; answers how many were. */
async function fill(on: Stage, wanted: number, run: string): Promise<number> {
  const next = ingest(on, run, { events: BATCH, ...CUSTOMER });
  let sent = 0;
  while (sent < wanted) {
    const { bytes, answer } = next();
    const [head = "", body = ""] = split(bytes);
    const response = await fetch(`http://${on.host}:${on.ports.api}/v1/events`, { method: "POST", headers: headersOf(head), body });
    const text = await response.text();
    if (!text.includes(answer)) throw new Error(`unexpected answer: ${text.slice(0, 500)}`);
    sent += BATCH;
  }
  return sent;
}

async function measure(on: Stage, run: string) {
  const pids = runtimePids();
  let sent = 0;
  const next = ingest(on, run, { events: BATCH, ...CUSTOMER });
  const counted = () => {
    sent += BATCH;
    return next();
  };
  const load = { host: on.host, port: on.ports.api, connections: CONNECTIONS, warmMs: 300, measureMs: 3_000 };
  return { ...(await runLoad({ ...load, next: counted, readCpu: () => readCpu(pids) })), sent };
}

/** The first call after a restart, less a second one: what it costs to read the index again. */
async function wake(on: Stage, run: string): Promise<number> {
  await on.restart();
  const timed = async (name: string): Promise<number> => {
    const began = performance.now();
    await fill(on, BATCH, name);
    return performance.now() - began;
  };
  const first = await timed(run);
  return Math.max(0, first - (await timed(`${run} again`)));
}

function memoryMb(): number {
  if (process.platform !== "linux") return 0;
  const kilobytes = runtimePids().map((pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0));
  return Math.round(Math.max(0, ...kilobytes) / 1_024);
}

function split(bytes: Buffer): string[] {
  const text = bytes.toString("latin1");
  const at = text.indexOf("\r\n\r\n");
  return [text.slice(0, at), text.slice(at + 4)];
}

function headersOf(head: string): Record<string, string> {
  return Object.fromEntries(
    head
      .split("\r\n")
      .slice(1)
      .map((line) => line.split(": ") as [string, string])
      .filter(([name]) => name !== "host" && name !== "content-length"),
  );
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
