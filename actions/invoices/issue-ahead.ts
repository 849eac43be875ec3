import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { emptyDraft } from "#actions/invoices/empty-draft";
import { loadBilling } from "#actions/invoices/load-billing";
import { MOST_TRIES, numberInvoice } from "#actions/invoices/number-invoice";
import { present } from "#domain/assert";
import type { Id } from "#domain/ids";
import { issuedAhead, withLines } from "#domain/invoices/draft-invoice";
import { draftLines } from "#domain/invoices/draft-lines";
import type { Invoice } from "#domain/invoices/invoice";
import { ok, type Result } from "#domain/result";
import type { Instant } from "#domain/time/instant";
import { findCustomer } from "#storage/queries/customers";
import { insertInvoice } from "#storage/queries/invoices";
import { findSubscription, saveSubscription } from "#storage/queries/subscriptions";

export type BillingMoment = { readonly subscription: Id<"subscription">; readonly asOf: Instant };

/**
 * Issues what a bill asked for at once must not keep waiting for the grace of its usage: an invoice of its own, which never
 * was the subscription's draft. Null where there is no such thing. Done again, it finds its lines billed.
 */
export async function issueAhead(context: Context, moment: BillingMoment): Promise<Result<Invoice | null>> {
  for (let tries = 1; ; tries++) {
    const result = await tryToIssue(context, moment);
    if (result.ok || result.error.code !== "conflict" || tries === MOST_TRIES) return result;
  }
}

async function tryToIssue(context: Context, { subscription: id, asOf }: BillingMoment): Promise<Result<Invoice | null>> {
  const { db, environment } = context;
  const subscription = present(await findSubscription(db, environment.id, id), `subscription ${id}`);
  const lines = issuedAhead(draftLines(await loadBilling(context, { subscription, asOf, includeOpen: false, freezeFor: null })));
  if (lines.length === 0) return ok(null);
  const draft = withLines({ ...(await emptyDraft(context, subscription)), asOf, issueAt: asOf, version: 1 }, lines);
  const customer = present(await findCustomer(db, environment.id, draft.customerId), `customer ${draft.customerId}`);
  const numbered = await numberInvoice(context, draft, customer);
  if (!numbered.ok) return numbered;
  const { invoice, events, writes, audit } = numbered.value;
  // Usage is still to be billed from the same place on, so only the version moves: it guards against a bill at the same moment.
  const billed = { ...subscription, version: subscription.version + 1 };
  const data = { subscription: billed.id, customer: billed.customerId };
  return commit(context, {
    result: invoice,
    events: [
      { stream: `invoice/${draft.id}`, version: 1, type: "invoice.drafted", data: { invoice: draft.id, customer: draft.customerId } },
      ...events,
      {
        stream: `subscription/${billed.id}`,
        version: billed.version,
        type: "subscription.billed",
        data: { ...data, through: billed.billedThrough },
      },
    ],
    writes: [insertInvoice(db, environment.id, invoice, context.clock.now()), ...writes, saveSubscription(db, environment.id, billed)],
    audit: [audit],
    unfinished: true,
  });
}
