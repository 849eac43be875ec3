import { commit, finishHandling } from "#actions/commit";
import type { Context } from "#actions/context";
import { wholeHash, writeManifest, writeObject } from "#actions/usage/archive-files";
import { addTotals, NO_TOTALS } from "#actions/usage/archive-totals";
import { callLedger } from "#actions/usage/call-ledger";
import type { Meter } from "#domain/catalog/meter";
import type { Due } from "#domain/due";
import { ok, refuse, type Result } from "#domain/result";
import { allMeters } from "#storage/queries/catalog";
import { archivesOf, saveArchive, type UsageArchive } from "#storage/queries/usage-archives";

/** An object holds about so many characters of lines: a few megabytes, compressed to a fraction. */
const OBJECT_TEXT = 4_000_000;
/** Objects written by one delivery; the next one goes on. */
const OBJECTS = 8;

export type ArchiveUsage = {
  readonly customerKey: string;
  /** One month, which may have been restored; or all that are ready. */
  readonly month: string | null;
  /** When to look again, where a due row asked. */
  readonly again?: Due;
};

/**
 * Moves the raw events of months in which nothing changes any more to file storage, then lets the ledger forget them. Each
 * object is read back before the next is begun, the ledger compares the totals of what was read back before it forgets, and
 * every step may be repeated: a crash between any two only does some of it again.
 */
export async function archiveUsage(context: Context, { customerKey, month, again }: ArchiveUsage): Promise<Result<null>> {
  const step: Context = { ...context, handling: null };
  const meters = await commonMeters(context, customerKey);
  let budget = OBJECTS;
  for (const archive of await archivesToMake(context, customerKey, month)) {
    // Whoever begins later takes the month over: what an earlier delivery still writes is never said to be the archive.
    const begun = archive.state === "writing" ? await save(step, archive, "usage_archive.begun") : ok(archive);
    if (!begun.ok) return begun;
    const written = await writeObjects(step, begun.value, { meters, most: budget });
    budget -= written.objects.length - archive.objects.length;
    if (written.state === "writing") return pause(context, written, month, again);
    const completed = await complete(step, written);
    if (!completed.ok) return completed;
  }
  await finishHandling(context, again === undefined ? [] : [again]);
  return ok(null);
}

/** The months to move now, each as far as it has come. */
export async function archivesToMake(context: Context, customerKey: string, month: string | null): Promise<UsageArchive[]> {
  const [months, known] = await Promise.all([
    context.ledgers(customerKey).logMonths({ now: context.clock.now() }),
    archivesOf(context.db, context.environment.id, customerKey),
  ]);
  return months.flatMap((logged) => {
    if (month !== null && logged.month !== month) return [];
    const held = known.find((archive) => archive.month === logged.month) ?? null;
    // Forgotten by the ledger, but the last commit was lost.
    if (logged.state === "archived") return held?.state === "written" ? [held] : [];
    if (logged.state !== "ready" && !(logged.state === "restored" && month !== null)) return [];
    if (held?.state === "writing" || held?.state === "written") return [held];
    return [emptyArchive(customerKey, logged.month, held?.version ?? 0)];
  });
}

function emptyArchive(customerKey: string, month: string, version: number): UsageArchive {
  const { events, sums } = NO_TOTALS;
  return { customerKey, month, state: "writing", next: 0, objects: [], events, sums, sha256: null, restored: 0, changedAt: 0, version };
}

/** The meters as the ledger has them too, so that both make the same of the events. */
async function commonMeters(context: Context, customerKey: string): Promise<readonly Meter[]> {
  await callLedger(context, context.ledgers(customerKey), (ledger, given) => ledger.usage({ ...given, keys: [] }));
  return allMeters(context.db, context.environment.id);
}

/** Writes at most so many objects, and says how far the month has come then. */
async function writeObjects(
  context: Context,
  archive: UsageArchive,
  { meters, most }: { readonly meters: readonly Meter[]; readonly most: number },
): Promise<UsageArchive> {
  const ledger = context.ledgers(archive.customerKey);
  let written = archive;
  while (written.state === "writing" && written.objects.length - archive.objects.length < most) {
    const lines: string[] = [];
    let next = written.next;
    for (let size = 0; next !== null && size < OBJECT_TEXT;) {
      const page = await ledger.archivePage({ month: archive.month, after: next });
      lines.push(...page.lines);
      size += page.lines.reduce((sum, line) => sum + line.length, 0);
      next = page.next;
    }
    const { object, lines: back } = await writeObject(context, archive, written.objects.length + 1, lines);
    const objects = [...written.objects, object];
    const state = next === null ? "written" : "writing";
    written = { ...written, ...addTotals(written, back, meters), objects, next, state, sha256: wholeHash(objects) };
  }
  return written;
}

/** Leaves the rest of a month, and what comes after it, to another delivery. */
async function pause(context: Context, written: UsageArchive, month: string | null, again: Due | undefined): Promise<Result<null>> {
  const { customerKey } = written;
  const saved = { ...written, version: written.version + 1, changedAt: context.clock.now() };
  return commit(context, {
    result: null,
    events: [{ ...placeOf(saved), type: "usage_archive.requested", data: { customer_key: customerKey, month } }],
    writes: [saveArchive(context.db, context.environment.id, saved)],
    audit: [],
    dueAdded: again === undefined ? [] : [again],
  });
}

/** The files are whole: says so beside them, lets the ledger forget the events, and writes down that it did. */
async function complete(context: Context, written: UsageArchive): Promise<Result<UsageArchive>> {
  const saved = await save(context, written, "usage_archive.written");
  if (!saved.ok) return saved;
  const { customerKey, month, events, sums, version } = saved.value;
  await writeManifest(context, saved.value);
  const { pruned } = await context.ledgers(customerKey).prune({ now: context.clock.now(), month, totals: { events, sums } });
  if (pruned) return save(context, { ...saved.value, state: "archived" }, "usage_archive.completed");
  // Meters may have changed meanwhile: the next try begins again.
  const again = await save(context, emptyArchive(customerKey, month, version), "usage_archive.discarded");
  return again.ok ? refuse("archive_mismatch", `The archive of ${month} is not what the ledger of ${customerKey} holds.`) : again;
}

function save(
  context: Context,
  archive: UsageArchive,
  type: "usage_archive.begun" | "usage_archive.written" | "usage_archive.completed" | "usage_archive.discarded",
): Promise<Result<UsageArchive>> {
  const saved = { ...archive, changedAt: context.clock.now(), version: archive.version + 1 };
  const { customerKey, month, events } = saved;
  return commit(context, {
    result: saved,
    events: [{ ...placeOf(saved), type, data: { customer_key: customerKey, month, events } }],
    writes: [saveArchive(context.db, context.environment.id, saved)],
    audit: [],
  });
}

function placeOf({ customerKey, month, version }: UsageArchive): { stream: string; version: number } {
  return { stream: `usage-archive/${month}/${customerKey}`, version };
}
