import type { Instant } from "#domain/time/instant";

/**
 * Everything dated that somebody must act on. Rows are drained in (at, kind, subject) order, so the names matter: at one
 * instant an open draft is issued before the next period closes.
 */
export const dueKinds = ["invoice.issue", "subscription.end", "subscription.period", "subscription.start", "usage.archive"] as const;
export type DueKind = (typeof dueKinds)[number];

/** `subject` is the id of the object to act on; of usage, the key of its ledger. */
export type Due = { readonly at: Instant; readonly kind: DueKind; readonly subject: string };

/** The id of a parked row says where it is: `due:{at}:{kind}:{subject}`. */
export function parkedDueId({ at, kind, subject }: Due): string {
  return `due:${at}:${kind}:${subject}`;
}

export function parseParkedDueId(id: string): Due | null {
  const [, at, kind, subject] = /^due:(\d{1,15}):([^:]+):(.+)$/su.exec(id) ?? [];
  const known = dueKinds.find((one) => one === kind);
  return known !== undefined && subject !== undefined ? { at: Number(at), kind: known, subject } : null;
}
