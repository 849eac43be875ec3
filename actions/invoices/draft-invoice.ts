import { type Change, commit, finishHandling } from "#actions/commit";
import type { Context } from "#actions/context";
import { issueInvoice } from "#actions/invoices/issue-invoice";
import { loadBilling } from "#actions/invoices/load-billing";
import { present } from "#domain/assert";
import type { Due } from "#domain/due";
import type { Id } from "#domain/ids";
import { withLines } from "#domain/invoices/draft-invoice";
import { draftLines } from "#domain/invoices/draft-lines";
import type { DraftInvoice } from "#domain/invoices/invoice";
import { ok, type Result } from "#domain/result";
import type { Subscription } from "#domain/subscriptions/subscription";
import type { Instant } from "#domain/time/instant";
import { billingEntityOf } from "#storage/queries/environments";
import { deleteDraft, findDraft, insertInvoice, saveInvoice } from "#storage/queries/invoices";
import { findSubscription } from "#storage/queries/subscriptions";

export function issueDue(draft: DraftInvoice): Due[] {
  return draft.issueAt === null ? [] : [{ at: draft.issueAt, kind: "invoice.issue", subject: draft.id }];
}

/**
 * Brings a subscription's one open draft up to a billing moment: makes it, recomputes it, or discards it when nothing is
 * owed. What needs no grace is issued in the same go; its due row repairs that if it fails.
 */
export async function draftInvoice(
  context: Context,
  input: { readonly subscription: Id<"subscription">; readonly asOf: Instant },
): Promise<Result<DraftInvoice | null>> {
  const { db, environment } = context;
  const subscription = present(await findSubscription(db, environment.id, input.subscription), `subscription ${input.subscription}`);
  const held = await findDraft(db, environment.id, subscription.id);
  const asOf = Math.max(input.asOf, held?.asOf ?? 0);
  const lines = draftLines(await loadBilling(context, { subscription, asOf, includeOpen: false, freezeFor: null }));
  if (lines.length === 0 && held === null) {
    await finishHandling(context);
    return ok(null);
  }
  const draft = withLines({ ...(held ?? (await emptyDraft(context, subscription, asOf))), asOf, version: (held?.version ?? 0) + 1 }, lines);
  const committed = await commit(context, changeTo(context, draft, held));
  if (!committed.ok) return committed;
  if (!context.preview && draft.issueAt !== null && draft.issueAt <= context.clock.now()) {
    const [row] = issueDue(draft);
    const issued = await issueInvoice({ ...context, handling: row === undefined ? null : { due: row } }, { invoice: draft.id });
    if (!issued.ok) context.report("issue_left_to_due", issued.error.code);
  }
  return committed;
}

async function emptyDraft(context: Context, subscription: Subscription, asOf: Instant) {
  const entity = await billingEntityOf(context.db, context.environment.id);
  const { customerId, customerKey, currency, zone } = subscription;
  return {
    id: context.ids.next("invoice"),
    subscriptionId: subscription.id,
    billingEntityId: entity.id,
    status: "draft" as const,
    customerId,
    customerKey,
    currency,
    zone,
    asOf,
  };
}

function changeTo(context: Context, draft: DraftInvoice, held: DraftInvoice | null): Change<DraftInvoice | null> {
  const { db, environment } = context;
  const discarded = draft.lines.length === 0;
  const type = discarded ? "invoice.discarded" : held === null ? "invoice.drafted" : "invoice.recomputed";
  const write = discarded
    ? deleteDraft(db, environment.id, draft.id)
    : held === null
      ? insertInvoice(db, environment.id, draft, context.clock.now())
      : saveInvoice(db, environment.id, draft);
  const removed = held === null ? [] : issueDue(held).filter(({ at }) => at !== draft.issueAt);
  return {
    result: discarded ? null : draft,
    events: [{ stream: `invoice/${draft.id}`, version: draft.version, type, data: { invoice: draft.id, customer: draft.customerId } }],
    writes: [write],
    audit: [
      {
        action: type,
        subject: draft.id,
        before: held === null ? null : { total: held.total.amount },
        after: { total: draft.total.amount, lines: draft.lines.length },
      },
    ],
    dueRemoved: removed,
    dueAdded: discarded ? [] : issueDue(draft),
  };
}
