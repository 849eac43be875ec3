import type { parseArgs } from "node:util";

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

/** Every option of every verb; each verb takes those it has a use for. */
export const OPTIONS = {
  help: { type: "boolean", short: "h" },
  key: text,
  url: text,
  customer: text,
  type: text,
  status: text,
  source: text,
  reason: text,
  time: text,
  from: text,
  to: text,
  window: text,
  "group-by": text,
  filter: text,
  "time-zone": text,
  mode: text,
  limit: text,
  cursor: text,
  csv: flag,
  preview: flag,
} as const;

export type Options = ReturnType<typeof parseArgs<{ readonly allowPositionals: true; readonly options: typeof OPTIONS }>>["values"];
