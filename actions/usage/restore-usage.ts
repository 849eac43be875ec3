import { commit, finishHandling } from "#actions/commit";
import type { Context } from "#actions/context";
import { readObject } from "#actions/usage/archive-files";
import { ok, type Result } from "#domain/result";
import { findArchive, saveArchive, type UsageArchive } from "#storage/queries/usage-archives";

/** Objects brought back by one delivery; the next one goes on. */
const OBJECTS = 8;
/** Lines of one call: together well below what a call may carry. */
const LINES_A_CALL = 2_000;

/** Brings the events of an archived month back into the ledger, object by object, each checked against its hash. */
export async function restoreUsage(
  context: Context,
  { customerKey, month }: { readonly customerKey: string; readonly month: string },
): Promise<Result<UsageArchive | null>> {
  const { db, environment } = context;
  const archive = await findArchive(db, environment.id, customerKey, month);
  if (archive === null || archive.state !== "restoring") {
    await finishHandling(context);
    return ok(null);
  }
  const until = Math.min(archive.objects.length, archive.restored + OBJECTS);
  for (const [index, object] of archive.objects.slice(archive.restored, until).entries()) {
    const isLast = archive.restored + index === archive.objects.length - 1;
    await restoreLines(context, archive, await readObject(context, object), isLast);
  }
  const isDone = until === archive.objects.length;
  const saved: UsageArchive = {
    ...archive,
    restored: until,
    state: isDone ? "restored" : "restoring",
    changedAt: context.clock.now(),
    version: archive.version + 1,
  };
  return commit(context, {
    result: saved,
    events: [
      {
        stream: `usage-archive/${month}/${customerKey}`,
        version: saved.version,
        type: isDone ? "usage_archive.restored" : "usage_archive.restore_requested",
        data: { customer_key: customerKey, month },
      },
    ],
    writes: [saveArchive(db, environment.id, saved)],
    audit: [],
  });
}

async function restoreLines(
  context: Context,
  { customerKey, month }: UsageArchive,
  lines: readonly string[],
  isLast: boolean,
): Promise<void> {
  const ledger = context.ledgers(customerKey);
  for (let from = 0; from < lines.length; from += LINES_A_CALL) {
    const part = lines.slice(from, from + LINES_A_CALL);
    await ledger.restore({ month, lines: part, last: isLast && from + LINES_A_CALL >= lines.length });
  }
}
