import type { Id } from "#domain/ids";
import type { Message } from "#queues/messages";

/** The queue takes a hundred messages at once. */
const BATCH = 100;

/** Hurries outbox rows. A send that fails is only reported: the sweeper finds the rows. */
export async function relay(
  queue: Queue<Message>,
  rows: readonly { readonly id: Id<"outbox">; readonly environmentId: Id<"environment"> }[],
  report: (what: string, error: unknown) => void,
): Promise<void> {
  for (let from = 0; from < rows.length; from += BATCH) {
    const messages = rows
      .slice(from, from + BATCH)
      .map(({ id, environmentId }) => ({ body: { kind: "outbox" as const, environment: environmentId, id } }));
    try {
      await queue.sendBatch(messages);
    } catch (error) {
      report("relay_failed", error);
    }
  }
}
