import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { archivesToMake } from "#actions/usage/archive-usage";
import { refuse, type Result } from "#domain/result";
import type { LogMonth } from "#objects/usage-calls";
import { findCustomer } from "#storage/queries/customers";
import { streamVersion } from "#storage/queries/event-streams";
import { archivesOf, findArchive, saveArchive, type UsageArchive } from "#storage/queries/usage-archives";

/** A month of a customer's events: as the ledger has it, and what lies in file storage of it. */
export type UsageMonth = LogMonth & { readonly archive: UsageArchive | null };

export async function listUsageMonths(context: Context, input: { readonly customer: string }): Promise<Result<readonly UsageMonth[]>> {
  const customer = await findCustomer(context.db, context.environment.id, input.customer);
  if (customer === null) return refuse("not_found", "There is no such customer.");
  const [months, archives] = await Promise.all([
    context.ledgers(customer.key).logMonths({ now: context.clock.now() }),
    archivesOf(context.db, context.environment.id, customer.key),
  ]);
  const value = months.map((month) => ({ ...month, archive: archives.find((archive) => archive.month === month.month) ?? null }));
  return { ok: true, value };
}

/** Asks for months to be moved to file storage now; the outbox does it. */
export async function requestArchive(
  context: Context,
  input: { readonly customer: string; readonly month: string | null },
): Promise<Result<{ readonly customerKey: string; readonly months: readonly string[] }>> {
  const { db, environment } = context;
  const customer = await findCustomer(db, environment.id, input.customer);
  if (customer === null) return refuse("not_found", "There is no such customer.");
  const { id, key: customerKey } = customer;
  const months = (await archivesToMake(context, customerKey, input.month)).map(({ month }) => month);
  if (months.length === 0 && input.month !== null)
    return refuse("month_not_ready", "A month can be archived when all its periods are issued and nothing of it can come again.");
  const stream = `usage-archive/requests/${customerKey}`;
  const version = (await streamVersion(db, environment.id, stream)) + 1;
  return commit(context, {
    result: { customerKey, months },
    events: [{ stream, version, type: "usage_archive.requested", data: { customer_key: customerKey, month: input.month } }],
    writes: [],
    audit: [{ action: "usage_archive.create", subject: id, before: null, after: { months } }],
  });
}

/** Asks for the events of an archived month to be brought back into the ledger; the outbox does it. */
export async function requestRestore(
  context: Context,
  input: { readonly customer: string; readonly month: string },
): Promise<Result<UsageArchive>> {
  const { db, environment } = context;
  const customer = await findCustomer(db, environment.id, input.customer);
  const archive = customer && (await findArchive(db, environment.id, customer.key, input.month));
  if (customer === null || archive === null) return refuse("not_found", "There is no such archive.");
  if (archive.state !== "archived") return refuse("not_archived", `The archive of ${input.month} is ${archive.state}.`);
  const restoring: UsageArchive = {
    ...archive,
    state: "restoring",
    restored: 0,
    changedAt: context.clock.now(),
    version: archive.version + 1,
  };
  return commit(context, {
    result: restoring,
    events: [
      {
        stream: `usage-archive/${input.month}/${customer.key}`,
        version: restoring.version,
        type: "usage_archive.restore_requested",
        data: { customer_key: customer.key, month: input.month },
      },
    ],
    writes: [saveArchive(db, environment.id, restoring)],
    audit: [{ action: "usage_archive.restore", subject: customer.id, before: { state: archive.state }, after: { state: "restoring" } }],
  });
}
