import { deliver } from "#actions/drain-outbox";
import type { Context } from "#actions/context";
import { settleLedgerFacts } from "#actions/usage/settle-ledger-facts";
import type { Id } from "#domain/ids";
import { message } from "#queues/messages";

/** Builds the context of an environment, or null when there is no such environment (any more). */
export type ContextOf = (environment: Id<"environment">) => Promise<Context | null>;

/**
 * Handles a batch, message by message. A failed delivery is written on its outbox row, which decides when it is tried again,
 * so the message itself is done; only what could not even be looked at is retried by the queue.
 */
export async function consume(batch: MessageBatch, contextOf: ContextOf, report: (what: string, error: unknown) => void): Promise<void> {
  for (const received of batch.messages) {
    const parsed = message.safeParse(received.body);
    if (!parsed.success) {
      report("unreadable_message", parsed.error);
      received.ack();
      continue;
    }
    try {
      const context = await contextOf(parsed.data.environment as Id<"environment">);
      if (context !== null) {
        if (parsed.data.kind === "outbox") await deliver(context, parsed.data.id as Id<"outbox">);
        else await settleLedgerFacts(context, { customerKey: parsed.data.customer_key });
      }
      received.ack();
    } catch (error) {
      report("message_failed", error);
      received.retry();
    }
  }
}

/** The dead-letter queue holds only hints that were given up; what they hinted at still waits in its outbox row. */
export function consumeDead(batch: MessageBatch, report: (what: string, error: unknown) => void): void {
  for (const received of batch.messages) report("message_dead", JSON.stringify(received.body));
  batch.ackAll();
}
