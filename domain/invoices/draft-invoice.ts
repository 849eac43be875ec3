import type { Billing } from "#domain/invoices/billing";
import type { DraftInvoice } from "#domain/invoices/invoice";
import type { Line } from "#domain/invoices/line";
import { type Money, total } from "#domain/money/money";
import { billingPeriod, revisionAt } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";

/** How long usage may still arrive before an invoice with usage lines is issued. */
const GRACE_MS = 24 * 3_600_000;

/** When a draft is issued. A draft that would pay the customer waits (null): its lines come again with the next bill. */
export function issueAt(lines: readonly Line[], sum: Money, asOf: Instant): Instant | null {
  if (sum.amount < 0n || lines.length === 0) return null;
  return lines.some((line) => line.purpose === "usage") ? asOf + GRACE_MS : asOf;
}

/** A draft with these lines in place of whatever it had. */
export function withLines(draft: Omit<DraftInvoice, "lines" | "total" | "issueAt">, lines: readonly Line[]): DraftInvoice {
  const sum = total(
    lines.map((line) => line.amount),
    draft.currency,
  );
  return { ...draft, lines, total: sum, issueAt: issueAt(lines, sum, draft.asOf) };
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
