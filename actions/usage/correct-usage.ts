import { checkKey } from "#actions/api-keys/check-key";
import { type Change, commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { type InvoiceEffect, invoiceEffects } from "#actions/invoices/bill-effects";
import { callLedger } from "#actions/usage/call-ledger";
import { customerKey } from "#actions/usage/customer-key";
import { type Asked, type AskedCorrection, readCorrections } from "#actions/usage/read-corrections";
import { settleLedgerFacts } from "#actions/usage/settle-ledger-facts";
import { present } from "#domain/assert";
import { ok, type Result } from "#domain/result";
import type { CorrectionResult } from "#objects/usage-calls";

export type CorrectUsage = { readonly customer: string; readonly corrections: readonly AskedCorrection[] };

export type CorrectedEvent = CorrectionResult & { readonly source: string | null; readonly id: string };

export type CorrectedUsage = {
  /** In the order they were asked for. */
  readonly results: readonly CorrectedEvent[];
  readonly effects: readonly InvoiceEffect[];
};

/**
 * Voids or amends events of one customer, each by itself: one that cannot be corrected does not stop the others, and one that
 * is what it should be already is unchanged. The ledger keeps what stood before.
 */
export async function correctUsage(context: Context, input: CorrectUsage): Promise<Result<CorrectedUsage>> {
  const key = await customerKey(context, input.customer);
  const allowed = context.preview ? ok(null) : await checkKey(context);
  if (!allowed.ok) return allowed;
  const asked = await readCorrections(context, key, input.corrections);
  const corrections = asked.flatMap((one) => (one.ok ? [one.correction] : []));
  const answer = await callLedger(context, context.ledgers(key), (ledger, given) =>
    ledger.correct({ ...given, corrections, preview: context.preview }),
  );
  const results = inPlace(asked, answer.results);
  const corrected: CorrectedUsage = { results, effects: await invoiceEffects(context, answer.effects) };
  const committed = await writeDown(context, key, input.corrections, corrected);
  if (answer.factsWaiting && !context.preview) await settleLedgerFacts(context, { customerKey: key });
  return committed;
}

function inPlace(asked: readonly Asked[], answered: readonly CorrectionResult[]): CorrectedEvent[] {
  const results = answered.values();
  return asked.map((one): CorrectedEvent => {
    if (!one.ok) return { source: one.source, id: one.id, status: "rejected", code: one.code, detail: one.detail };
    const { source, id } = one.correction;
    return { source, id, ...present(results.next().value, "result of a correction") };
  });
}

/**
 * Who asked for what and what became of it, with the answer to keep under the call's key. Written for repeats too: the call
 * before may have broken off between the ledger and here.
 */
async function writeDown(
  context: Context,
  key: string,
  asked: readonly AskedCorrection[],
  corrected: CorrectedUsage,
): Promise<Result<CorrectedUsage>> {
  const { results } = corrected;
  if (results.every(({ status }) => status === "rejected")) return ok(corrected);
  const id = context.ids.next("correction");
  const count = (wanted: CorrectedEvent["status"]): number => results.filter(({ status }) => status === wanted).length;
  const after = results.map(({ source, id, status }, index) => ({ source, id, status, reason: asked[index]?.reason ?? null }));
  const change: Change<CorrectedUsage> = {
    result: corrected,
    events: [
      {
        stream: `correction/${id}`,
        version: 1,
        type: "usage.corrected",
        data: { correction: id, customer_key: key, voided: count("voided"), amended: count("amended") },
      },
    ],
    writes: [],
    audit: [{ action: "usage.correct", subject: key, before: null, after }],
  };
  const committed = await commit(context, change);
  // Only its key can be taken; the ledger has changed whatever the answer, so who did it is written down without the key.
  if (!committed.ok && committed.error.code === "conflict") await commit({ ...context, request: null }, change);
  return committed;
}
