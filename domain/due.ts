import type { Instant } from "#domain/time/instant";

/**
 * Everything dated that somebody must act on. Rows are drained in (at, kind, subject) order, so the names matter: at one
 * instant an open draft is issued before the next period closes.
 */
export const dueKinds = ["invoice.issue", "subscription.end", "subscription.period", "subscription.start", "usage.archive"] as const;
export type DueKind = (typeof dueKinds)[number];

/** `subject` is the id of the object to act on; of usage, the key of its ledger. */
export type Due = { readonly at: Instant; readonly kind: DueKind; readonly subject: string };
