import { type Measured, quantile } from "./load.ts";
import { FLOORS } from "./targets.ts";

/** One target at one number of connections in one round. */
export type Run = Measured & {
  readonly target: string;
  readonly events: number | null;
  readonly connections: number;
  readonly round: number;
};

export type Row = {
  readonly target: string;
  readonly connections: number;
  readonly calls_per_second: number;
  readonly events_per_second: number | null;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly cpu_us: number | null;
  /** Calls per second over those of the floor, and processor time over that of the floor. */
  readonly throughput: Readonly<Record<(typeof FLOORS)[number], number>>;
  readonly cpu: Readonly<Record<(typeof FLOORS)[number], number | null>>;
  readonly others_share: number | null;
};

/** Medians over the rounds; a ratio is taken inside its round, then its median. */
export function summarize(runs: readonly Run[]): Row[] {
  const floorOf = (run: Run, floor: string): Run => {
    const found = runs.find(({ target, connections, round }) => target === floor && connections === run.connections && round === run.round);
    if (found === undefined) throw new Error(`round ${run.round} has no ${floor} at ${run.connections} connections`);
    return found;
  };
  const groups = Map.groupBy(runs, ({ target, connections }) => `${connections} ${target}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const perFloor = <T>(value: (floor: string) => T) =>
      Object.fromEntries(FLOORS.map((floor) => [floor, value(floor)])) as Record<(typeof FLOORS)[number], T>;
    const calls = median(group.map(({ callsPerSecond }) => callsPerSecond));
    return [
      {
        target: first.target,
        connections: first.connections,
        calls_per_second: Math.round(calls),
        events_per_second: first.events === null ? null : Math.round(calls * first.events),
        p50_ms: rounded(median(group.map(({ p50Ms }) => p50Ms))),
        p99_ms: rounded(median(group.map(({ p99Ms }) => p99Ms))),
        cpu_us: medianOf(group.map(({ cpuUs }) => cpuUs)),
        throughput: perFloor((floor) => rounded(median(group.map((run) => run.callsPerSecond / floorOf(run, floor).callsPerSecond)))),
        cpu: perFloor((floor) =>
          medianOf(group.map((run) => (run.cpuUs === null ? null : run.cpuUs / (floorOf(run, floor).cpuUs ?? Number.NaN)))),
        ),
        others_share: medianOf(group.map(({ othersShare }) => othersShare)),
      },
    ];
  });
}

export function table(rows: readonly Row[]): string {
  const header = ["target", "conns", "calls/s", "events/s", "p50 ms", "p99 ms", "÷ hello", "÷ rpc", "cpu µs", "cpu ÷ hello", "others"];
  const lines = rows.map((row) => [
    row.target,
    String(row.connections),
    String(row.calls_per_second),
    row.events_per_second === null ? "" : String(row.events_per_second),
    row.p50_ms.toFixed(2),
    row.p99_ms.toFixed(1),
    row.throughput.hello.toFixed(2),
    row.throughput["empty rpc"].toFixed(2),
    row.cpu_us === null ? "" : row.cpu_us.toFixed(0),
    row.cpu.hello === null ? "" : row.cpu.hello.toFixed(1),
    row.others_share === null ? "" : `${(row.others_share * 100).toFixed(0)} %`,
  ]);
  const widths = header.map((name, column) => Math.max(...[header, ...lines].map((line) => (line[column] ?? name).length)));
  const shown = (cells: readonly string[]): string =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ");
  return [shown(header), ...lines.map(shown)].join("\n");
}

function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

function medianOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : rounded(median(known));
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
