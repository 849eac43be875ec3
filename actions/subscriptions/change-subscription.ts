import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { pushContract } from "#actions/contracts/push-contract";
import { loadBilling } from "#actions/invoices/load-billing";
import { boundaryDue } from "#actions/subscriptions/create-subscription";
import { movementsBetween } from "#actions/subscriptions/subscription-movements";
import type { SubscriptionView } from "#actions/subscriptions/view-subscription";
import { present } from "#domain/assert";
import { draftLines } from "#domain/invoices/draft-lines";
import type { Line } from "#domain/invoices/line";
import { refuse, refuseField, type Result } from "#domain/result";
import { mrrLevels } from "#domain/revenue/mrr";
import { changeSubscription as decide } from "#domain/subscriptions/change-subscription";
import type { Instant } from "#domain/time/instant";
import { findPlan, planVersionsById } from "#storage/queries/catalog";
import { bumpContract } from "#storage/queries/customers";
import { findSubscription, saveSubscription } from "#storage/queries/subscriptions";

export type ChangeSubscription = {
  readonly subscription: string;
  readonly plan: string | null;
  readonly quantities: Readonly<Record<string, string>> | null;
  /** Null is now. Fixed by the caller, a preview and the real call agree to the cent. */
  readonly at: Instant | null;
  readonly billing: "now" | "next_invoice";
};

/** `lines` is what this change makes due, as the next draft will bill it. */
export type ChangedSubscription = SubscriptionView & { readonly lines: readonly Line[] };

/** Puts other terms in force now. Unused days are credited from what was billed for them; the new terms are charged from this day. */
export async function changeSubscription(context: Context, input: ChangeSubscription): Promise<Result<ChangedSubscription>> {
  const { db, environment } = context;
  const subscription = await findSubscription(db, environment.id, input.subscription);
  if (subscription === null) return refuse("not_found", "There is no such subscription.");
  const current = subscription.revisions.at(-1) ?? subscription.revisions[0];
  const oldPlan = present((await planVersionsById(db, environment.id, [current.planVersion])).get(current.planVersion), "plan version");
  const found = input.plan === null ? null : await findPlan(db, environment.id, input.plan);
  if (input.plan !== null && found === null) return refuseField("unknown_plan", "/plan", `There is no plan ${input.plan}.`);
  const plan = found?.version ?? oldPlan;
  const now = context.clock.now();
  const at = input.at ?? now;
  const decided = decide({ subscription, plan, quantities: input.quantities ?? {}, at, now });
  if (!decided.ok) return decided;
  const changed = { ...decided.value, version: subscription.version + 1 };
  const billing = await loadBilling(context, { subscription: changed, asOf: now, includeOpen: false, freezeFor: null });
  const revision = changed.revisions.at(-1) ?? changed.revisions[0];
  const [oldDue, newDue] = [boundaryDue(subscription, now), boundaryDue(changed, now)];
  const committed = await commit(context, {
    result: { subscription: changed, plan, lines: draftLines(billing) },
    events: [
      {
        stream: `subscription/${changed.id}`,
        version: changed.version,
        type: "subscription.changed",
        data: { subscription: changed.id, customer: changed.customerId, bill_now: input.billing === "now" },
      },
    ],
    writes: [saveSubscription(db, environment.id, changed), bumpContract(db, environment.id, changed.customerId)],
    audit: [{ action: "subscription.change", subject: changed.id, before: current, after: revision }],
    movements: movementsBetween(changed, mrrLevels(oldPlan, current), mrrLevels(plan, revision), at),
    dueRemoved: oldDue[0]?.at === newDue[0]?.at ? [] : oldDue,
    dueAdded: newDue,
  });
  if (committed.ok) await pushContract(context, { customer: changed.customerId });
  return committed;
}
