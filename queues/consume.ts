import { deliver } from "#actions/drain-outbox";
import type { Context } from "#actions/context";
import { drainRollups } from "#actions/usage/drain-rollups";
import { settleLedgerFacts } from "#actions/usage/settle-ledger-facts";
import { assertNever } from "#domain/assert";
import type { Id } from "#domain/ids";
import { type Message, message } from "#queues/messages";

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
      if (context !== null) await handle(context, parsed.data);
      received.ack();
    } catch (error) {
      report("message_failed", error);
      received.retry();
    }
  }
}

async function handle(context: Context, message: Message): Promise<void> {
  switch (message.kind) {
    case "outbox":
      return void (await deliver(context, message.id as Id<"outbox">));
    case "ledger_facts":
      return settleLedgerFacts(context, { customerKey: message.customer_key });
    case "usage_rollups":
      // What does not fit in one delivery stays marked in the ledger, which says so again.
      return void (await drainRollups(context, { customerKey: message.customer_key }));
    default:
      return assertNever(message);
  }
}

/** The dead-letter queue holds only hints that were given up; what they hinted at still waits in its outbox row. */
export function consumeDead(batch: MessageBatch, report: (what: string, error: unknown) => void): void {
  for (const received of batch.messages) report("message_dead", JSON.stringify(received.body));
  batch.ackAll();
}
