import type { Context } from "#actions/context";
import { type RecordedResult, recordUsage } from "#actions/usage/record-usage";
import { resolveAddresses } from "#actions/usage/resolve-subjects";
import { present } from "#domain/assert";
import { type Backfill, outsideBackfill } from "#domain/metering/backfill";
import type { UsageEvent } from "#domain/metering/usage-event";
import type { AddressedEvent } from "#domain/metering/validate-event";
import { ok, refuse, type Result } from "#domain/result";
import type { BackfillSpec } from "#objects/usage-calls";
import type { Write } from "#storage/database";
import { addBackfillCustomers, countLoaded, findBackfill } from "#storage/queries/backfills";

/**
 * Stages events under an open backfill, unseen until it is closed. The customers are written down before the first event, so
 * that closing finds every ledger that holds one.
 */
export async function loadBackfill(
  context: Context,
  input: { readonly backfill: string; readonly events: readonly AddressedEvent[] },
): Promise<Result<readonly RecordedResult[]>> {
  const { db, environment } = context;
  const backfill = await findBackfill(db, environment.id, input.backfill);
  if (backfill === null) return refuse("not_found", "There is no such backfill.");
  if (backfill.status !== "open") return refuse("backfill_not_open", `The backfill is ${backfill.status}.`);
  const keys = await resolveAddresses(context, input.events);
  const results: RecordedResult[] = Array.from({ length: input.events.length });
  const taken: { readonly event: UsageEvent; readonly key: string; readonly index: number }[] = [];
  for (const [index, { event }] of input.events.entries()) {
    const key = keys[index] ?? null;
    const problem = key === null ? null : outsideBackfill(backfill, event, key);
    if (key === null) results[index] = { status: "unavailable" };
    else if (problem !== null) results[index] = { status: "rejected", ...problem, path: "" };
    else taken.push({ event, key, index });
  }
  await write(context, addBackfillCustomers(db, environment.id, backfill.id, [...new Set(taken.map(({ key }) => key))]));
  const recorded = await recordUsage(context, {
    events: taken.map(({ event, key }) => ({ address: { customer: key }, event })),
    backfill: specOf(backfill),
  });
  for (const [i, { index }] of taken.entries()) results[index] = present(recorded.results[i], "result of an event");
  const accepted = Map.groupBy(
    taken.filter(({ index }) => results[index]?.status === "accepted"),
    ({ key }) => key,
  );
  const loaded = [...accepted].map(([key, events]) => countLoaded(db, environment.id, backfill.id, key, events.length));
  await write(context, loaded);
  return ok(results);
}

/** What a ledger keeps of a backfill. */
export function specOf({ id, range, types, mode }: Backfill): BackfillSpec {
  return { id, range, types, mode };
}

async function write(context: Context, writes: readonly Write[]): Promise<void> {
  const [first, ...rest] = writes;
  if (first !== undefined) await context.db.batch([first, ...rest]);
}
