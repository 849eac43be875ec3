import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  getQueueResult,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Message } from "#queues/messages";
import type { Bindings } from "#worker/env";
import worker from "#worker/index";

/**
 * The whole platform with its queue in the test's hand: nothing is delivered behind a test's back, and what a commit sends
 * is kept in `sent` to be delivered, delivered twice or lost.
 */
export class Platform {
  readonly sent: Message[] = [];
  readonly bindings: Bindings;

  constructor(overrides: Partial<Bindings> = {}) {
    const sent = this.sent;
    const keep = (messages: Iterable<MessageSendRequest<Message>>): Promise<QueueSendBatchResponse> => {
      sent.push(...[...messages].map(({ body }) => body));
      return Promise.resolve({} as QueueSendBatchResponse);
    };
    const queue = { send: (body: Message) => keep([{ body }]), sendBatch: keep } as unknown as Queue<Message>;
    this.bindings = { ...env, WORK: queue, ...overrides };
  }

  /** Waits for all that the request left behind, too. */
  async fetch(request: Request): Promise<Response> {
    const context = createExecutionContext();
    const response = await worker.fetch(request, this.bindings, context);
    await waitOnExecutionContext(context);
    return response;
  }

  /** One minute of cron. */
  async tick(): Promise<void> {
    const context = createExecutionContext();
    await worker.scheduled(createScheduledController(), this.bindings, context);
    await waitOnExecutionContext(context);
  }

  /** What the queue brings; answers what it was told to do with the messages. */
  async deliver(messages: readonly Message[], queue = "tollgate-work") {
    const batch = createMessageBatch<Message>(
      queue,
      messages.map((body, index) => ({ id: `message-${index}`, timestamp: new Date(), attempts: 1, body })),
    );
    const context = createExecutionContext();
    await worker.queue(batch, this.bindings, context);
    return getQueueResult(batch, context);
  }

  /** Delivers what was sent, and what that sends, until nothing is left. */
  async deliverAll(): Promise<void> {
    for (let rounds = 0; this.sent.length > 0; rounds++) {
      if (rounds > 50) throw new Error("deliveries cause deliveries without end");
      await this.deliver(this.sent.splice(0));
    }
  }
}
