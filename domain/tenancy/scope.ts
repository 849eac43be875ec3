/** What an API key may do. `read` and `write` are the management API; `ingest` and `check` are the two hot paths alone. */
export const scopes = ["ingest", "check", "read", "write", "admin"] as const;
export type Scope = (typeof scopes)[number];

/** `admin` includes every scope, `write` includes `read`; nothing else is implied. */
export function allows(held: readonly Scope[], wanted: Scope): boolean {
  return held.includes("admin") || held.includes(wanted) || (wanted === "read" && held.includes("write"));
}
