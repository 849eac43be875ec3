import { readPlanVersion } from "#domain/catalog/stored-terms";
import type { Billing } from "#domain/invoices/billing";
import { draftLines } from "#domain/invoices/draft-lines";
import type { Line } from "#domain/invoices/line";
import { readLine } from "#domain/invoices/stored-line";
import type { Instant } from "#domain/time/instant";
import type { LedgerParts } from "#objects/ledger-parts";
import { windowQuantity } from "#objects/quantities";

/** What would be billed if every open period closed now: the invoice's own function over the ledger's own numbers. */
export function billSoFar(parts: Pick<LedgerParts, "tally" | "state">, now: Instant): Line[] {
  const { contract } = parts.state;
  if (contract === null) return [];
  const planVersions: Billing["planVersions"] = new Map(contract.planVersions.map((stored) => [stored.id, readPlanVersion(stored)]));
  return contract.subscriptions.flatMap((subscription) =>
    draftLines({
      subscription,
      planVersions,
      billed: subscription.billed.map(readLine),
      usage: (meter, start) => windowQuantity(parts, { subscription: subscription.id, meter, start }, now),
      asOf: now,
      includeOpen: true,
    }),
  );
}
