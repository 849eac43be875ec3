import { connect, type Socket } from "node:net";
import { type CpuReading, machine } from "./machine.ts";

/** One HTTP request as it goes over the wire, and what its answer must contain. */
export type Call = { readonly bytes: Buffer; readonly answer: string };

export type Load = {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  readonly warmMs: number;
  readonly measureMs: number;
  /** The next call; every call of a run is different where that matters. */
  readonly next: () => Call;
  /** Read when measuring begins and when it ends. */
  readonly readCpu: () => CpuReading | null;
};

export type Measured = {
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of the runtime for one call; null where the system does not tell. */
  readonly cpuUs: number | null;
  /** The share of the machine that other programs took meanwhile. */
  readonly othersShare: number | null;
};

/**
 * A closed loop over keep-alive connections: each sends its next call when it has its answer. Plain sockets, because an HTTP
 * client costs more than the runtime that is measured. An answer that is not the expected one ends the run with an error.
 */
export async function runLoad(load: Load): Promise<Measured> {
  const sockets = await Promise.all(Array.from({ length: load.connections }, () => open(load.host, load.port)));
  const times: number[] = [];
  let [answered, begin, end] = [0, Infinity, Infinity];
  let before: CpuReading | null = null;
  const measuring = setTimeout(() => {
    before = load.readCpu();
    begin = performance.now();
    end = begin + load.measureMs;
  }, load.warmMs);
  const record = (sentAt: number, now: number): boolean => {
    if (now < begin) return true;
    answered += 1;
    // Where one call takes longer than the window, the window ends with its answer.
    if (times.length === 0) end = Math.max(end, now);
    if (now <= end) times.push(now - sentAt);
    return now < end;
  };
  try {
    await Promise.all(sockets.map((socket) => drive(socket, load.next, record)));
  } finally {
    clearTimeout(measuring);
    for (const socket of sockets) socket.destroy();
  }
  const after = load.readCpu();
  times.sort((a, b) => a - b);
  return {
    callsPerSecond: times.length / ((end - begin) / 1_000),
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    ...shares(before, after, answered),
  };
}

function shares(before: CpuReading | null, after: CpuReading | null, calls: number): Pick<Measured, "cpuUs" | "othersShare"> {
  if (before === null || after === null) return { cpuUs: null, othersShare: null };
  const [runtime, own, all] = [after.runtime - before.runtime, after.own - before.own, after.all - before.all];
  return {
    cpuUs: (runtime / calls) * 1e6,
    othersShare: Math.max(0, all - runtime - own) / (((after.atMs - before.atMs) / 1_000) * machine.cores),
  };
}

/** The value below which a share of the sorted values lies (nearest rank). */
export function quantile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new Error("no call was answered while measuring");
  return value;
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** Sends and reads on one connection until `record` says that it is enough. */
function drive(socket: Socket, next: () => Call, record: (sentAt: number, now: number) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let call = next();
    let sentAt = performance.now();
    let received = Buffer.alloc(0);
    socket.on("data", (part: Buffer) => {
      received = received.length === 0 ? part : Buffer.concat([received, part]);
      try {
        if (!isComplete(received)) return;
        const text = received.toString("latin1");
        if (!text.startsWith("HTTP/1.1 200 ") || !text.includes(call.answer)) throw new Error(`unexpected answer: ${text.slice(0, 1_000)}`);
      } catch (error) {
        return reject(error);
      }
      received = Buffer.alloc(0);
      const now = performance.now();
      if (!record(sentAt, now)) return resolve();
      call = next();
      sentAt = now;
      socket.write(call.bytes);
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the connection was closed")));
    socket.write(call.bytes);
  });
}

/** Whether a whole answer is there. The runtime gives every answer with a known body its length. */
function isComplete(received: Buffer): boolean {
  const head = received.indexOf("\r\n\r\n");
  if (head < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(received.toString("latin1", 0, head))?.[1];
  if (length === undefined) throw new Error(`an answer without length: ${received.toString("latin1", 0, head)}`);
  return received.length >= head + 4 + Number(length);
}
