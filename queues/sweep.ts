import type { Database } from "#storage/database";
import { overdueDeliveries, postponeDelivery } from "#storage/queries/outbox";
import { type Message } from "#queues/messages";
import { relay } from "#queues/relay";
import type { Instant } from "#domain/time/instant";

const PAGE = 200;
const AGAIN_AFTER_MS = 60_000;

/** Sends again what nobody has delivered in time: messages the queue lost, and deliveries whose next try has come. */
export async function sweep(
  db: Database,
  queue: Queue<Message>,
  wall: Instant,
  report: (what: string, error: unknown) => void,
): Promise<number> {
  const rows = await overdueDeliveries(db, wall, PAGE);
  for (const { id } of rows) await postponeDelivery(db, id, wall + AGAIN_AFTER_MS);
  await relay(queue, rows, report);
  return rows.length;
}
