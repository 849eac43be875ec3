import { type AuditEntry, commit, finishHandling } from "#actions/commit";
import type { Context } from "#actions/context";
import { drainRollups } from "#actions/usage/drain-rollups";
import { ok, refuse, type Result } from "#domain/result";
import { findCustomer } from "#storage/queries/customers";
import { streamVersion } from "#storage/queries/event-streams";
import { usageLedgersAfter } from "#storage/queries/usage-ledgers";
import { deleteRollups } from "#storage/queries/usage-rollups";

const STREAM = "usage-rollups";
const LEDGERS_A_DELIVERY = 20;

/** `only`: the key of one ledger, or all of them, from the one that follows `after`. */
export type RebuildScope = { readonly only: string | null; readonly after: string | null };

/** Asks for the rollups of a customer, or of all, to be filled from the ledgers again. */
export async function requestRebuild(context: Context, input: { readonly customer: string | null }): Promise<Result<RebuildScope>> {
  const found = input.customer === null ? null : await findCustomer(context.db, context.environment.id, input.customer);
  if (input.customer !== null && found === null) return refuse("not_found", "There is no such customer.");
  return ask(context, { only: found?.key ?? null, after: null }, [
    { action: "usage_rollups.rebuild", subject: found?.id ?? STREAM, before: null, after: null },
  ]);
}

/** Forgets the rollups of some ledgers and takes them from the ledgers again; another delivery goes on with the next. */
export async function rebuildRollups(context: Context, { only, after }: RebuildScope): Promise<Result<RebuildScope | null>> {
  const { db, environment } = context;
  const ledgers = only === null ? await usageLedgersAfter(db, environment.id, after, LEDGERS_A_DELIVERY) : [only];
  for (const customerKey of ledgers) {
    // Forgotten before the ledger marks its hours: what is told after the mark is never forgotten.
    await db.batch([deleteRollups(db, environment.id, customerKey)]);
    await context.ledgers(customerKey).rebuildRollups();
    // What does not fit in here stays marked in the ledger, which hurries it.
    await drainRollups(context, { customerKey });
  }
  const last = ledgers.at(-1);
  if (only === null && last !== undefined && ledgers.length === LEDGERS_A_DELIVERY) return ask(context, { only, after: last }, []);
  await finishHandling(context);
  return ok(null);
}

async function ask(context: Context, scope: RebuildScope, audit: readonly AuditEntry[]): Promise<Result<RebuildScope>> {
  const version = (await streamVersion(context.db, context.environment.id, STREAM)) + 1;
  return commit(context, {
    result: scope,
    events: [{ stream: STREAM, version, type: "usage_rollups.rebuild_requested", data: scope }],
    writes: [],
    audit,
  });
}
