import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import type { Id } from "#domain/ids";
import { type Backfill, openBackfill as open } from "#domain/metering/backfill";
import { refuseField, type Result } from "#domain/result";
import type { Period } from "#domain/time/period";
import { addBackfillCustomers, insertBackfill } from "#storage/queries/backfills";
import { customerKeys } from "#storage/queries/customers";

export type OpenBackfill = Pick<Backfill, "mode" | "types"> & {
  readonly range: Period;
  /** Keys or ids; null is every customer. */
  readonly customers: readonly string[] | null;
};

/** Begins a backfill. Nothing that is counted changes before it is closed. */
export async function openBackfill(context: Context, input: OpenBackfill): Promise<Result<Backfill>> {
  const { db, environment } = context;
  const customers = await keysOf(context, input.customers);
  if (!customers.ok) return customers;
  const opened = open({ ...input, customers: customers.value, id: context.ids.next("backfill") }, context.clock.now());
  if (!opened.ok) return opened;
  const backfill = opened.value;
  return commit(context, {
    result: backfill,
    events: [backfillEvent(backfill, "backfill.opened")],
    writes: [insertBackfill(db, environment.id, backfill), ...addBackfillCustomers(db, environment.id, backfill.id, customers.value ?? [])],
    audit: [{ action: "backfill.open", subject: backfill.id, before: null, after: backfill }],
  });
}

async function keysOf(context: Context, names: readonly string[] | null): Promise<Result<readonly string[] | null>> {
  if (names === null) return { ok: true, value: null };
  const known = await customerKeys(context.db, context.environment.id, names);
  const unknown = names.findIndex((name) => !known.has(name));
  if (unknown >= 0) return refuseField("unknown_customer", `/customers/${unknown}`, `There is no customer ${names[unknown]}.`);
  return { ok: true, value: [...new Set(known.values())].sort() };
}

export type BackfillFact =
  | "backfill.opened"
  | "backfill.close_started"
  | "backfill.closed"
  | "backfill.revert_started"
  | "backfill.reverted";

/** Each transition is a version of the backfill's stream. */
export function backfillEvent({ id, version }: { readonly id: Id<"backfill">; readonly version: number }, type: BackfillFact) {
  return { stream: `backfill/${id}`, version, type, data: { backfill: id } };
}
