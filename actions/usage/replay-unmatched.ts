import { commit, finishHandling } from "#actions/commit";
import type { Context } from "#actions/context";
import { callLedger } from "#actions/usage/call-ledger";
import { settleLedgerFacts } from "#actions/usage/settle-ledger-facts";
import { present } from "#domain/assert";
import { type Subject, subjectAt } from "#domain/customers/subject";
import { ok, type Result } from "#domain/result";
import type { EventResult } from "#objects/calls";
import type { LoggedEvent } from "#objects/usage-calls";
import { findCustomer } from "#storage/queries/customers";
import { streamVersion } from "#storage/queries/event-streams";
import { subjectHistories } from "#storage/queries/subjects";
import { noteRefusals } from "#storage/queries/unmatched-usage";

const PAGE = 200;
/** Pages of one delivery; the next one goes on. */
const PAGES = 20;

type Progress = {
  readonly cursor: string | null;
  readonly moved: number;
  /** By event type, the code of a refusal. */
  readonly refused: Readonly<Record<string, string>>;
};

/**
 * Moves what was kept of a subject, while it was nobody's, into the ledgers of the customers who have it. An event is first
 * recorded there under its own identity, then voided here, so that a crash in between only repeats harmlessly. What a ledger
 * refuses stays, and says why.
 */
export async function replayUnmatched(
  context: Context,
  input: { readonly subject: string; readonly from: Progress },
): Promise<Result<{ readonly moved: number }>> {
  const { subject } = input;
  const { db, environment } = context;
  const history = (await subjectHistories(db, environment.id, [subject])).get(subject) ?? [];
  // A customer of this key: the ledger is that customer's own, and counted by itself.
  if (history.length === 0 || (await findCustomer(db, environment.id, subject)) !== null) {
    await finishHandling(context);
    return ok({ moved: 0 });
  }
  let progress = input.from;
  for (let pages = 0; pages < PAGES; pages++) {
    progress = await replayPage(context, subject, history, progress);
    if (progress.cursor === null) break;
  }
  return save(context, subject, progress);
}

async function replayPage(context: Context, subject: string, history: readonly Subject[], before: Progress): Promise<Progress> {
  const ledger = context.ledgers(subject);
  const { cursor } = before;
  const page = await callLedger(context, ledger, (target, given) =>
    target.listEvents({ ...given, range: null, types: null, statuses: ["unmatched"], filters: [], cursor, limit: PAGE }),
  );
  const refused: Record<string, string> = { ...before.refused };
  const byHolder = Map.groupBy(page.events, ({ event }) => subjectAt(history, event.time)?.customerKey ?? null);
  let moved = 0;
  for (const [holder, events] of byHolder) {
    if (holder === null || holder === subject) continue;
    const results = await record(context, holder, events);
    const taken: LoggedEvent[] = [];
    for (const [index, logged] of events.entries()) {
      const result = present(results[index], "result of an event");
      if (result.status === "accepted" || result.status === "duplicate") taken.push(logged);
      else refused[logged.event.type] = result.code;
    }
    await voidMoved(context, subject, holder, taken);
    moved += taken.length;
  }
  return { cursor: page.cursor, moved: before.moved + moved, refused };
}

async function record(context: Context, holder: string, logged: readonly LoggedEvent[]): Promise<readonly EventResult[]> {
  const events = logged.map(({ event }) => event);
  const answer = await callLedger(context, context.ledgers(holder), (ledger, given) => ledger.record({ ...given, events }));
  if (answer.factsWaiting) await settleLedgerFacts(context, { customerKey: holder });
  return answer.results;
}

async function voidMoved(context: Context, subject: string, holder: string, moved: readonly LoggedEvent[]): Promise<void> {
  if (moved.length === 0) return;
  const reason = `Counted for customer ${holder}, who has the subject.`;
  const corrections = moved.map(({ event: { source, id } }) => ({ kind: "void" as const, source, id, reason }));
  const ledger = context.ledgers(subject);
  const answer = await callLedger(context, ledger, (target, given) => target.correct({ ...given, corrections, preview: false }));
  if (answer.factsWaiting) await settleLedgerFacts(context, { customerKey: subject });
}

async function save(context: Context, subject: string, progress: Progress): Promise<Result<{ readonly moved: number }>> {
  const { db, environment } = context;
  const { cursor, moved, refused } = progress;
  const stream = `usage-replay/${subject}`;
  const version = (await streamVersion(db, environment.id, stream)) + 1;
  const data = { subject, moved, refused };
  return commit(context, {
    result: { moved },
    events: [
      cursor === null
        ? { stream, version, type: "usage.replayed", data }
        : { stream, version, type: "usage.replay_paused", data: { ...data, cursor } },
    ],
    writes: noteRefusals(db, environment.id, subject, refused),
    audit: [],
  });
}
