import type { Billing } from "#domain/invoices/billing";
import type { DraftInvoice } from "#domain/invoices/invoice";
import type { Line } from "#domain/invoices/line";
import { total } from "#domain/money/money";
import { billingPeriod, revisionAt } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";

/** How long usage may still arrive before an invoice with usage lines is issued. */
const GRACE_MS = 24 * 3_600_000;

/**
 * When the grace of a bill drawn up at `asOf` ends: at once without usage, else a day after usage was first drafted. The
 * draft `held` until now keeps its end, or changes that come again and again would postpone the bill for ever.
 */
export function graceEnd(lines: readonly Line[], asOf: Instant, held: Pick<DraftInvoice, "lines" | "issueAt"> | null): Instant {
  if (!lines.some(isUsage)) return asOf;
  const end = asOf + GRACE_MS;
  return held?.lines.some(isUsage) ? Math.min(held.issueAt, end) : end;
}

/** When a draft is issued. One that would pay the customer waits (null): its lines come again with the next bill. */
export function issuesAt({ lines, total: sum, issueAt }: DraftInvoice): Instant | null {
  return sum.amount < 0n || lines.length === 0 ? null : issueAt;
}

/**
 * What of a bill asked for at once need not wait for the grace of its usage: the licensed lines, while they ask for money.
 * None where nothing waits: then the whole bill is one invoice.
 */
export function issuedAhead(lines: readonly Line[]): Line[] {
  const licensed = lines.filter((line) => !isUsage(line));
  const amount = licensed.reduce((sum, line) => sum + line.amount.amount, 0n);
  return licensed.length === lines.length || amount < 0n ? [] : licensed;
}

function isUsage({ purpose }: Line): boolean {
  return purpose === "usage";
}

/** A draft with these lines in place of whatever it had. */
export function withLines(draft: Omit<DraftInvoice, "lines" | "total">, lines: readonly Line[]): DraftInvoice {
  const sum = total(
    lines.map((line) => line.amount),
    draft.currency,
  );
  return { ...draft, lines, total: sum };
}

/**
 * From where the next bill must look again once everything due by `asOf` is issued: the start of the period then open, or
 * the subscription's end. Only late usage can move it back.
 */
export function unsettledAfter({ subscription, asOf }: Pick<Billing, "subscription" | "asOf">): Instant {
  const revision = revisionAt(subscription, asOf);
  if (revision === null) return Math.max(subscription.unsettledFrom, subscription.endAt ?? subscription.startAt);
  return Math.max(
    subscription.unsettledFrom,
    Math.max(subscription.startAt, billingPeriod(revision.cadence, asOf, subscription.zone).start),
  );
}
