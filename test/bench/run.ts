// `npm run bench`: our paths beside the two floors, in one runtime and interleaved, as ratios inside each round. JSON on
// stdout, a table on stderr. `-- --quick` takes a minute; `-- --only check` measures the targets whose name has that in it.
import { parseArgs } from "node:util";
import { runLoad } from "./load.ts";
import { machine, readCpu, runtimePids } from "./machine.ts";
import { type Run, summarize, table } from "./report.ts";
import { setStage } from "./stage.ts";
import { FLOORS, type Target, targets } from "./targets.ts";

const { values } = parseArgs({ options: { quick: { type: "boolean" }, only: { type: "string" } } });
const CONNECTIONS = [1, 16, 64];
/** What others may take of the machine before a figure says more about them than about us. */
const QUIET_SHARE = 0.25;
const WARM_UP = { warmMs: 50, measureMs: 300 };
const settings = values.quick
  ? { rounds: 2, warmMs: 200, measureMs: 700, withinMs: 60_000 }
  : { rounds: 5, warmMs: 300, measureMs: 1_500, withinMs: 280_000 };

const chosen = targets.filter(({ name }) => values.only === undefined || isFloor(name) || name.includes(values.only));
const began = performance.now();
const stage = await setStage(Number(process.env["PORT"] ?? 19_587));
try {
  const pids = runtimePids();
  const runs = await measureRounds(pids);
  const rows = summarize(runs);
  const rounds = Math.max(...runs.map(({ round }) => round));
  const quiet = rows.every(({ others_share }) => (others_share ?? 0) <= QUIET_SHARE);
  console.error(`${table(rows)}\n\nMedians of ${rounds} rounds on ${machine.cores} cores; ÷ is calls per second over the floor's.`);
  if (!quiet) console.error("Other programs took more than a quarter of the machine meanwhile: measure again when it is quiet.");
  console.log(JSON.stringify({ machine, settings: { ...settings, rounds, connections: CONNECTIONS }, quiet, results: rows }, null, 2));
} finally {
  await stage.close();
}

/** As many rounds as the time allows, after one that only warms up: first calls compile code and wake objects. */
async function measureRounds(pids: readonly number[]): Promise<Run[]> {
  for (const target of chosen) await measure(target, { connections: 1, run: "warm", pids, ...WARM_UP });
  const runs: Run[] = [];
  for (let round = 1, lastMs = 0; round <= settings.rounds; round++) {
    const roundBegan = performance.now();
    if (round > 1 && roundBegan - began + lastMs > settings.withinMs) break;
    for (const connections of CONNECTIONS) {
      for (const target of rotated(chosen, round)) {
        if (target.connections?.includes(connections) === false) continue;
        const measured = await measure(target, { connections, run: `${round}-${connections}`, pids, ...settings });
        runs.push({ target: target.name, events: target.events ?? null, connections, round, ...measured });
      }
    }
    lastMs = performance.now() - roundBegan;
  }
  return runs;
}

function measure(
  target: Target,
  {
    connections,
    run,
    pids,
    warmMs,
    measureMs,
  }: { connections: number; run: string; pids: readonly number[]; warmMs: number; measureMs: number },
) {
  const next = target.calls(stage, `${target.name} ${run}`);
  return runLoad({ host: stage.host, port: stage.ports[target.at], connections, warmMs, measureMs, next, readCpu: () => readCpu(pids) });
}

function isFloor(name: string): boolean {
  return FLOORS.some((floor) => floor === name);
}

/** Each round begins elsewhere, so that no target always follows the same one. */
function rotated<T>(list: readonly T[], by: number): T[] {
  return [...list.slice(by % list.length), ...list.slice(0, by % list.length)];
}
