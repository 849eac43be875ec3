import { wallClock } from "#worker/context";

/** Generous: it protects the platform from loops, it is no plan quota. Counted per key and isolate. */
const CALLS_A_WINDOW = 100_000;
const WINDOW_MS = 10_000;
const MOST_KEYS = 10_000;
const POLICY = `"default";q=${CALLS_A_WINDOW};w=${WINDOW_MS / 1_000}`;

const windows = new Map<string, { start: number; calls: number }>();

/** Counts a call against its key; answers whether it may go on, and the `RateLimit` headers (IETF draft, structured fields); a refusal says when the window ends. */
export function rateLimit(key: string): { readonly allowed: boolean; readonly headers: Readonly<Record<string, string>> } {
  const now = wallClock();
  const known = windows.get(key);
  const current = known !== undefined && now - known.start < WINDOW_MS ? known : { start: now, calls: 0 };
  current.calls += 1;
  if (current !== known) {
    if (windows.size >= MOST_KEYS) windows.clear();
    windows.set(key, current);
  }
  const left = Math.max(0, CALLS_A_WINDOW - current.calls);
  const seconds = Math.ceil((current.start + WINDOW_MS - now) / 1_000);
  const allowed = current.calls <= CALLS_A_WINDOW;
  const headers = { "ratelimit-policy": POLICY, ratelimit: `"default";r=${left};t=${seconds}` };
  return { allowed, headers: allowed ? headers : { ...headers, "retry-after": String(seconds) } };
}
