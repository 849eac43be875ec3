import type { components } from "#sdk/schema";
import type { Api } from "#test/support/api";

export type UsageMessage = components["schemas"]["UsageMessage"];

/** Reads what a watcher is told as server-sent events. */
export class UsageStream {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #held = "";

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async open(api: Api, customer: string): Promise<UsageStream> {
    const request = new Request(`http://tollgate.test/v1/customers/${customer}/stream`, {
      headers: { authorization: `Bearer ${api.key}` },
    });
    const response = await api.platform.fetch(request);
    if (response.status !== 200 || response.body === null) throw new Error(`the stream answered ${response.status}`);
    return new UsageStream(response.body);
  }

  async next(): Promise<UsageMessage> {
    for (;;) {
      const end = this.#held.indexOf("\n\n");
      if (end >= 0) {
        const [event, data] = this.#held.slice(0, end).split("\n");
        this.#held = this.#held.slice(end + 2);
        if (event === "event: usage" && data !== undefined) return JSON.parse(data.slice("data: ".length)) as UsageMessage;
        continue;
      }
      const { value, done } = await this.#reader.read();
      if (done) throw new Error("the stream ended");
      this.#held += value;
    }
  }

  /** Reads on until a message is as wanted. A stream tells the last change; how many it told before is not its promise. */
  async until(isWanted: (message: UsageMessage) => boolean): Promise<UsageMessage> {
    for (let messages = 0; messages < 100; messages++) {
      const message = await this.next();
      if (isWanted(message)) return message;
    }
    throw new Error("a hundred messages, and none as wanted");
  }

  close(): Promise<void> {
    return this.#reader.cancel();
  }
}
