import { deliver } from "#actions/drain-outbox";
import type { Database } from "#storage/database";
import { overdueDeliveries, postponeDelivery } from "#storage/queries/outbox";
import type { ContextOf } from "#queues/consume";
import { type Message } from "#queues/messages";
import { relay } from "#queues/relay";
import type { Instant } from "#domain/time/instant";

const PAGE = 200;
const AGAIN_AFTER_MS = 60_000;
/** What waits for so long was sent more than once: the queue itself does not work, so the sweeper delivers. */
const LOST_AFTER_MS = 180_000;
const BY_HAND = 50;

type Sweep = { readonly wall: Instant; readonly contextOf: ContextOf; readonly report: (what: string, error: unknown) => void };

/** Sends again what nobody has delivered in time, and delivers itself what was lost again and again: a dead queue only delays. */
export async function sweep(db: Database, queue: Queue<Message>, { wall, contextOf, report }: Sweep): Promise<void> {
  const rows = await overdueDeliveries(db, wall, PAGE);
  for (const { id } of rows) await postponeDelivery(db, id, wall + AGAIN_AFTER_MS);
  const lost = rows.filter(({ createdAt }) => createdAt <= wall - LOST_AFTER_MS).slice(0, BY_HAND);
  for (const { id, environmentId } of lost) {
    try {
      const context = await contextOf(environmentId);
      if (context !== null) await deliver(context, id);
    } catch (error) {
      report("sweep_failed", error);
    }
  }
  await relay(
    queue,
    rows.filter((row) => !lost.includes(row)),
    report,
  );
}
