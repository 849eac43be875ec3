import type { Context } from "#actions/context";
import { loadBilling } from "#actions/invoices/load-billing";
import type { Id } from "#domain/ids";
import { type BillEffect, billEffects, lookingBackTo } from "#domain/invoices/bill-effects";
import type { Invoice } from "#domain/invoices/invoice";
import type { UsageEffect } from "#objects/usage-calls";
import { findDraft, findInvoice } from "#storage/queries/invoices";
import { findSubscription } from "#storage/queries/subscriptions";

/** An effect on the bill with the invoice it concerns: the one that issued the window, or the draft that holds it. */
export type InvoiceEffect = Omit<BillEffect, "invoice"> & {
  readonly subscription: Id<"subscription">;
  readonly invoice: Invoice | null;
};

/**
 * What changed usage changes on which invoice. The same look serves a preview (the ledger has taken the change back) and the
 * change itself: both readings are the effects' own, everything else is read live.
 */
export async function invoiceEffects(context: Context, effects: readonly UsageEffect[]): Promise<InvoiceEffect[]> {
  const bySubscription = Map.groupBy(effects, ({ subscription }) => subscription);
  const all: InvoiceEffect[] = [];
  for (const [id, own] of bySubscription) all.push(...(await effectsOn(context, id, own)));
  return all;
}

async function effectsOn(context: Context, id: Id<"subscription">, changed: readonly UsageEffect[]): Promise<InvoiceEffect[]> {
  const { db, environment } = context;
  const [subscription, draft] = await Promise.all([findSubscription(db, environment.id, id), findDraft(db, environment.id, id)]);
  if (subscription === null) return [];
  const now = context.clock.now();
  const asOf = Math.max(now, ...changed.map(({ window }) => window.start));
  const billing = await loadBilling(context, {
    subscription: lookingBackTo(subscription, changed),
    asOf,
    includeOpen: true,
    freezeFor: null,
  });
  const invoices = await invoicesById(
    context,
    changed.flatMap(({ invoice }) => invoice ?? []),
  );
  return billEffects(billing, changed, { now, draftedThrough: draft?.asOf ?? null }).map((effect) => ({
    ...effect,
    subscription: id,
    invoice: effect.landsOn === "draft" ? draft : effect.invoice === null ? null : (invoices.get(effect.invoice) ?? null),
  }));
}

/** At most a page of invoices, each read once. */
export async function invoicesById(context: Context, ids: readonly Id<"invoice">[]): Promise<ReadonlyMap<Id<"invoice">, Invoice>> {
  const { db, environment } = context;
  const found = await Promise.all([...new Set(ids)].map((id) => findInvoice(db, environment.id, id)));
  return new Map(found.filter((invoice) => invoice !== null).map((invoice) => [invoice.id, invoice]));
}
