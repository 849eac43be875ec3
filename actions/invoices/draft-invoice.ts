import { type Change, commit, finishHandling } from "#actions/commit";
import type { Context } from "#actions/context";
import { emptyDraft } from "#actions/invoices/empty-draft";
import { type BillingMoment, issueAhead } from "#actions/invoices/issue-ahead";
import { issueDue } from "#actions/invoices/issue-due";
import { issueInvoice } from "#actions/invoices/issue-invoice";
import { loadBilling } from "#actions/invoices/load-billing";
import { present } from "#domain/assert";
import { graceEnd, withLines } from "#domain/invoices/draft-invoice";
import { draftLines } from "#domain/invoices/draft-lines";
import type { DraftInvoice } from "#domain/invoices/invoice";
import { ok, type Result } from "#domain/result";
import { deleteDraft, findDraft, insertInvoice, saveInvoice } from "#storage/queries/invoices";
import { findSubscription } from "#storage/queries/subscriptions";

/**
 * Why a bill is drawn up. The end of a period brings usage, which has a grace of its own; a change asks to be billed now; what
 * is corrected joins the draft there is.
 */
export type Occasion = "period" | "change" | "correction";

/**
 * Brings a subscription's one open draft up to a billing moment: makes it, recomputes it, or discards it when nothing is
 * owed. What needs no grace is issued in the same go; its due row repairs that if it fails.
 */
export async function draftInvoice(
  context: Context,
  input: BillingMoment & { readonly occasion: Occasion },
): Promise<Result<DraftInvoice | null>> {
  const { db, environment } = context;
  if (input.occasion === "change") {
    const ahead = await issueAhead(context, input);
    if (!ahead.ok) return ahead;
  }
  const subscription = present(await findSubscription(db, environment.id, input.subscription), `subscription ${input.subscription}`);
  const held = await findDraft(db, environment.id, subscription.id);
  const asOf = Math.max(input.asOf, held?.asOf ?? 0);
  const lines = draftLines(await loadBilling(context, { subscription, asOf, includeOpen: false, freezeFor: null }));
  if (lines.length === 0 && held === null) {
    await finishHandling(context);
    return ok(null);
  }
  const issueAt = graceEnd(lines, asOf, input.occasion === "period" ? null : held);
  const begun = held ?? (await emptyDraft(context, subscription));
  const draft = withLines({ ...begun, asOf, issueAt, version: (held?.version ?? 0) + 1 }, lines);
  const committed = await commit(context, changeTo(context, draft, held));
  if (!committed.ok) return committed;
  const [due] = issueDue(draft);
  if (!context.preview && due !== undefined && due.at <= context.clock.now()) {
    const issued = await issueInvoice({ ...context, handling: { due } }, { invoice: draft.id });
    if (!issued.ok) context.report("issue_left_to_due", issued.error.code);
  }
  return committed;
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
  const added = issueDue(draft);
  const removed = held === null ? [] : issueDue(held).filter(({ at }) => at !== added[0]?.at);
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
    dueAdded: added,
  };
}
