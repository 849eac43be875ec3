import type { Context } from "#actions/context";
import { callLedger } from "#actions/usage/call-ledger";
import { present } from "#domain/assert";
import type { Id } from "#domain/ids";
import type { Billing, UsageReading } from "#domain/invoices/billing";
import { unsettledSince } from "#domain/invoices/unsettled";
import { usageNeeded } from "#domain/invoices/usage-lines";
import { decimal } from "#domain/money/decimal";
import type { Subscription } from "#domain/subscriptions/subscription";
import type { Instant } from "#domain/time/instant";
import { planVersionsById } from "#storage/queries/catalog";
import { billedLines } from "#storage/queries/invoices";

export type BillingQuestion = {
  readonly subscription: Subscription;
  readonly asOf: Instant;
  readonly includeOpen: boolean;
  /** Fix the quantities under this invoice; a repeat gets the same ones. Null reads the live numbers. */
  readonly freezeFor: Id<"invoice"> | null;
};

/** Gathers all that decides what a subscription owes: terms and billed lines from D1, quantities from the ledger. */
export async function loadBilling(context: Context, { subscription, asOf, includeOpen, freezeFor }: BillingQuestion): Promise<Billing> {
  const { db, environment } = context;
  const [planVersions, billed] = await Promise.all([
    planVersionsById(
      db,
      environment.id,
      subscription.revisions.map(({ planVersion }) => planVersion),
    ),
    billedLines(db, environment.id, subscription.id, unsettledSince(subscription)),
  ]);
  const question = { subscription, planVersions, asOf, includeOpen };
  return { ...question, billed, usage: await readUsage(context, question, freezeFor) };
}

/** The quantities a bill needs: live, or as they were fixed for an invoice. */
export async function readUsage(
  context: Context,
  question: Omit<Billing, "usage" | "billed">,
  freezeFor: Id<"invoice"> | null,
): Promise<UsageReading> {
  const { subscription } = question;
  const keys = usageNeeded(question).map((key) => ({ ...key, subscription: subscription.id }));
  const quantities = new Map<string, string>();
  if (keys.length > 0) {
    const ledger = context.ledgers(subscription.customerKey);
    const answer = await callLedger(context, ledger, (target, given) =>
      freezeFor === null ? target.usage({ ...given, keys }) : target.freeze({ ...given, keys, invoice: freezeFor }),
    );
    for (const [index, { meter, start }] of keys.entries())
      quantities.set(`${meter} ${start}`, present(answer.quantities[index], "quantity"));
  }
  return (meter, start) => decimal(present(quantities.get(`${meter} ${start}`), `usage of ${meter} from ${start}`));
}
