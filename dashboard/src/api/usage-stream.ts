import { useEffect, useState } from "react";
import type { components } from "#sdk/schema";
import { sessionKey } from "./session";

export type UsageMessage = components["schemas"]["UsageMessage"];

/** `live`: told by the stream; `waiting`: it broke and is tried again; `polling`: it broke so often that the caller had better ask. */
export type StreamState = "connecting" | "live" | "waiting" | "polling";

/** The API says something every 10 s; a silence longer than this is a dead connection. */
const SILENCE_MS = 25_000;
const RETRY_MS = [500, 1_000, 2_000, 5_000, 15_000] as const;
const FAILURES_BEFORE_POLLING = 3;

/** A customer's usage and bill as they change. EventSource cannot send a key, so the stream is read by hand. */
export function useUsageStream(customer: string): { readonly state: StreamState; readonly message: UsageMessage | null } {
  const [state, setState] = useState<StreamState>("connecting");
  const [message, setMessage] = useState<UsageMessage | null>(null);
  useEffect(() => {
    const stopped = new AbortController();
    let failures = 0;
    const hear = (heard: UsageMessage): void => {
      failures = 0;
      setState("live");
      setMessage(heard);
    };
    const listen = async (): Promise<void> => {
      while (!stopped.signal.aborted) {
        await readStream(customer, stopped.signal, hear).catch(() => undefined);
        if (stopped.signal.aborted) return;
        failures += 1;
        setState(failures < FAILURES_BEFORE_POLLING ? "waiting" : "polling");
        await pause(RETRY_MS[Math.min(failures, RETRY_MS.length) - 1] ?? 15_000, stopped.signal);
      }
    };
    setState("connecting");
    setMessage(null);
    void listen();
    return () => stopped.abort();
  }, [customer]);
  return { state, message };
}

/** Reads until the stream ends or falls silent. */
async function readStream(customer: string, stopped: AbortSignal, hear: (message: UsageMessage) => void): Promise<void> {
  const silent = new AbortController();
  let watch = setTimeout(() => silent.abort(), SILENCE_MS);
  try {
    const response = await fetch(`/api/v1/customers/${encodeURIComponent(customer)}/stream`, {
      headers: { authorization: `Bearer ${sessionKey() ?? ""}`, accept: "text/event-stream" },
      signal: AbortSignal.any([stopped, silent.signal]),
    });
    if (!response.ok || response.body === null) throw new Error(`the stream answered ${response.status}`);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watch);
      watch = setTimeout(() => silent.abort(), SILENCE_MS);
      const parts = (rest + value).split("\n\n");
      rest = parts.pop() ?? "";
      // Each message tells everything, so the newest is enough.
      const latest = parts.flatMap((part) => dataOf(part) ?? []).at(-1);
      if (latest !== undefined) hear(JSON.parse(latest) as UsageMessage);
    }
  } finally {
    clearTimeout(watch);
  }
}

/** Comments have no data: they keep the connection open. */
function dataOf(event: string): string | null {
  const lines = event.split("\n").flatMap((line) => (line.startsWith("data:") ? line.slice(5).trim() : []));
  return lines.length === 0 ? null : lines.join("\n");
}

function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stopped.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
