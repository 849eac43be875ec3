import type { Due } from "#domain/due";
import { issuesAt } from "#domain/invoices/draft-invoice";
import type { DraftInvoice } from "#domain/invoices/invoice";

/** The due row of a draft; none while it waits. */
export function issueDue(draft: DraftInvoice): Due[] {
  const at = issuesAt(draft);
  return at === null ? [] : [{ at, kind: "invoice.issue", subject: draft.id }];
}
