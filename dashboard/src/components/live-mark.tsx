import type { StreamState } from "../api/usage-stream";
import { InstantText } from "./time-text";

const WORDS: Readonly<Record<StreamState, string>> = {
  connecting: "Connecting …",
  live: "Live",
  waiting: "Reconnecting …",
  polling: "Not live: asking every 5 s",
};

/** Whether what is shown is told as it happens. */
export function LiveMark({ state, asOf, zone }: { readonly state: StreamState; readonly asOf: string | null; readonly zone: string }) {
  const isLive = state === "live";
  return (
    <span role="status" className={`flex items-center gap-1.5 text-xs ${isLive ? "text-good" : "text-muted"}`}>
      <span aria-hidden className={`size-2 rounded-full ${isLive ? "bg-good motion-safe:animate-pulse" : "bg-muted"}`} />
      {WORDS[state]}
      {asOf === null ? null : (
        <span className="hidden text-muted sm:inline">
          as of <InstantText at={asOf} zone={zone} />
        </span>
      )}
    </span>
  );
}
