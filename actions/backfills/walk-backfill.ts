import type { Context } from "#actions/context";
import { eachAtOnce } from "#actions/usage/at-once";
import { callLedger } from "#actions/usage/call-ledger";
import { settleLedgerFacts } from "#actions/usage/settle-ledger-facts";
import { specOf } from "#actions/backfills/load-backfill";
import {
  type Backfill,
  type BackfillPlace,
  type ClosingBackfill,
  concernsEverybody,
  FIRST_LOADED,
  type RevertingBackfill,
} from "#domain/metering/backfill";
import { ok, refuse, type Result } from "#domain/result";
import type { UsageEffect } from "#objects/usage-calls";
import {
  type BackfillCustomer,
  backfillCustomers,
  backfillLeft,
  type BackfillTotals,
  backfillTotals,
  NO_TOTALS,
  saveBackfillStep,
  savePlace,
} from "#storage/queries/backfills";
import { listCustomers } from "#storage/queries/customers";

/** What one ledger answered. */
type BackfillStep = { readonly customerKey: string } & (
  | { readonly ok: true; readonly added: number; readonly superseded: number; readonly effects: readonly UsageEffect[] }
  | { readonly ok: false; readonly code: string; readonly detail: string }
);

export type BackfillVerb = "close" | "revert";

/** How far a call has brought a backfill. */
export type Walked = { readonly kind: "walked"; readonly backfill: Backfill; readonly done: boolean; readonly totals: BackfillTotals };

/** What a call answers that stops here. */
export async function walkedTo({ db, environment }: Context, backfill: Backfill, done: boolean): Promise<Walked> {
  const totals = (await backfillTotals(db, environment.id, [backfill.id])).get(backfill.id) ?? NO_TOTALS;
  return { kind: "walked", backfill, done, totals };
}

/** Which customers are still to be gone to, and what they are afterwards. */
const STATES = {
  close: { from: ["loaded"], to: "closed" },
  revert: { from: ["loaded", "closed"], to: "reverted" },
} as const;

/** One call takes so many pages, or so long; the same call again goes on. */
export type WalkLimits = { readonly customersAPage: number; readonly pagesACall: number; readonly wallACallMs: number };
const LIMITS: WalkLimits = { customersAPage: 24, pagesACall: 20, wallACallMs: 10_000 };

/**
 * Goes through the ledgers from the place a backfill has reached. After each page the outcomes and the new place are written
 * down; a page that is done twice changes nothing more.
 */
export async function walk(
  context: Context,
  backfill: ClosingBackfill | RevertingBackfill,
  verb: BackfillVerb,
  { customersAPage, pagesACall, wallACallMs }: WalkLimits = LIMITS,
): Promise<Result<Walked, "customers_refused">> {
  const { db, environment } = context;
  const began = context.clock.wall();
  const { from, to } = STATES[verb];
  let place = backfill.place;
  for (let page = 0; page < pagesACall && context.clock.wall() - began < wallACallMs; page++) {
    const { keys, next } = await customersAt(context, backfill, { place, limit: customersAPage, states: from });
    const steps = await stepAll(context, backfill, verb, keys);
    place = next ?? FIRST_LOADED;
    await db.batch([
      savePlace(db, environment.id, backfill, place),
      ...steps.map((step) => saveBackfillStep(db, environment.id, backfill.id, step, to)),
    ]);
    if (next !== null) continue;
    const left = await backfillLeft(db, environment.id, backfill.id, from);
    if (!left.waiting) return left.refused.length === 0 ? ok(await walkedTo(context, backfill, true)) : refusedBy(left.refused);
  }
  return ok(await walkedTo(context, { ...backfill, place }, false));
}

function refusedBy(refused: readonly BackfillCustomer[]): Result<Walked, "customers_refused"> {
  return refuse(
    "customers_refused",
    "Some ledgers refused; all others are done. Mend what stands in the way and make the same call again.",
    refused.map(({ customerKey, refusedCode, refusedDetail }) => ({
      path: `/customers/${customerKey}`,
      code: refusedCode ?? "refused",
      message: refusedDetail ?? "",
    })),
  );
}

type Stop = {
  readonly place: BackfillPlace;
  readonly limit: number;
  readonly states: readonly BackfillCustomer["state"][];
  /** Leaves out of the loaded those whom the environment's customers have named before. */
  readonly newOnly?: boolean;
};

/** The customers to go to from a place, and the place after them (null at the end). */
export async function customersAt(
  context: Context,
  backfill: Backfill,
  { place, limit, states, newOnly = false }: Stop,
): Promise<{ readonly keys: readonly string[]; readonly next: BackfillPlace | null }> {
  const { db, environment } = context;
  if (place.stage === "customers") {
    const page = await listCustomers(db, environment.id, { limit, after: place.after === "" ? null : place.after });
    const next: BackfillPlace = page.nextCursor === null ? FIRST_LOADED : { stage: "customers", after: page.nextCursor };
    return { keys: page.data.map(({ key }) => key), next };
  }
  const unknownOnly = newOnly && concernsEverybody(backfill);
  const page = await backfillCustomers(db, environment.id, backfill.id, { limit, after: place.after, states, unknownOnly });
  return {
    keys: page.data.map(({ customerKey }) => customerKey),
    next: page.nextCursor === null ? null : { stage: "loaded", after: page.nextCursor },
  };
}

/**
 * Asks the ledgers of some customers to put a backfill in force, or to take it back. A preview changes nothing. A ledger that
 * cannot be reached holds up nobody else.
 */
export async function stepAll(context: Context, backfill: Backfill, verb: BackfillVerb, keys: readonly string[]): Promise<BackfillStep[]> {
  return eachAtOnce(keys, async (customerKey): Promise<BackfillStep> => {
    try {
      return await step(context, backfill, verb, customerKey);
    } catch (error) {
      context.report("ledger_unavailable", error);
      return { customerKey, ok: false, code: "unavailable", detail: "The ledger could not be reached." };
    }
  });
}

async function step(context: Context, backfill: Backfill, verb: BackfillVerb, customerKey: string): Promise<BackfillStep> {
  const { preview } = context;
  const answer = await callLedger(context, context.ledgers(customerKey), (ledger, given) =>
    verb === "close"
      ? ledger.closeBackfill({ ...given, backfill: specOf(backfill), preview })
      : ledger.revertBackfill({ ...given, backfill: backfill.id, preview }),
  );
  if (answer.kind === "refused") return { customerKey, ok: false, code: answer.code, detail: answer.detail };
  if (answer.factsWaiting && !preview) await settleLedgerFacts(context, { customerKey });
  const { added, superseded, effects } = answer;
  return { customerKey, ok: true, added, superseded, effects };
}
