import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { components } from "#sdk/schema";
import { type Api, sandbox } from "#test/support/api";
import { catalog, flat, publishPlan, subscribe, usage } from "#test/support/catalog";
import { ledgerOf } from "#test/support/ledgers";
import { calls } from "#test/support/usage";

type Told = components["schemas"]["UsageMessage"];

const NOW = "2026-01-10T00:00:00Z";
let api: Api;

/** Only the timer that gathers changes is held: a test says when it is a second later. */
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  api = await sandbox(NOW);
  await catalog(api);
  await publishPlan(api, "metered", [flat("base", "10.00"), usage("calls", "0.10")]);
  await subscribe(api, "ada", "metered");
});

afterEach(() => void vi.useRealTimers());

/** What a ledger has put off is done within a second of its own clock. */
const aSecondLater = (customer: string) => runInDurableObject(ledgerOf(api, customer), () => void vi.advanceTimersByTime(1_000));

const open = (customer: string, headers: Record<string, string> = {}): Promise<Response> =>
  api.platform.fetch(
    new Request(`http://tollgate.test/v1/customers/${customer}/stream`, { headers: { authorization: `Bearer ${api.key}`, ...headers } }),
  );

/** Server-sent events, one at a time. */
function reading(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  return {
    next: async (): Promise<Told> => {
      const { value } = await reader.read();
      const [, data] = /^event: usage\ndata: (.*)\n\n$/s.exec(new TextDecoder().decode(value)) ?? [];
      return JSON.parse(data ?? "null") as Told;
    },
    leave: () => reader.cancel(),
  };
}

const callsOf = ({ meters }: Told): string | undefined => meters.find(({ meter }) => meter === "calls")?.value;
const totalOf = ({ bills }: Told): number | undefined => bills[0]?.total;

describe("a watcher", () => {
  it("is told at once what is so, and within a second what changed, the bill with it", async () => {
    const { next, leave } = reading(await open("ada"));
    const first = await next();
    expect([callsOf(first), first.as_of]).toEqual(["0", NOW]);

    await api.record(calls("ada", 3, NOW));
    await aSecondLater("ada");

    const second = await next();
    expect(callsOf(second)).toBe("3");
    expect((totalOf(second) ?? 0) - (totalOf(first) ?? 0)).toBe(30);
    await leave();
  });

  it("is told once of many changes within a moment, and of the last of them", async () => {
    const { next, leave } = reading(await open("ada"));
    await next();

    for (let call = 1; call <= 5; call++) await api.record(calls("ada", 1, NOW, `call ${call}`));
    await aSecondLater("ada");
    expect(callsOf(await next())).toBe("5");

    await api.post("/v1/events/void", { customer: "ada", source: "test", id: "call 1-0" });
    await aSecondLater("ada");
    expect(callsOf(await next())).toBe("4");
    await leave();
  });

  it("is never told of a preview, nor of another customer's usage", async () => {
    await subscribe(api, "bob", "metered");
    const { next, leave } = reading(await open("ada"));
    await next();

    await api.post("/v1/events?preview=true", calls("ada", 7, NOW, "preview"));
    await api.record(calls("bob", 7, NOW));
    await Promise.all([aSecondLater("ada"), aSecondLater("bob")]);
    await api.record(calls("ada", 1, NOW));
    await aSecondLater("ada");

    let told = await next();
    while (callsOf(told) === "0") told = await next();
    expect(callsOf(told)).toBe("1");
    await leave();
  });

  it("over a WebSocket is told the same, and its ping is answered", async () => {
    const { status, webSocket } = await open("ada", { upgrade: "websocket" });
    expect(status).toBe(101);
    const heard: string[] = [];
    let wake: () => void = () => undefined;
    webSocket?.addEventListener("message", ({ data }) => {
      heard.push(String(data));
      wake();
    });
    const hearing = async (count: number): Promise<string[]> => {
      while (heard.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return heard;
    };
    webSocket?.accept();
    await hearing(1);

    await api.record(calls("ada", 2, NOW));
    await aSecondLater("ada");
    expect(callsOf(JSON.parse((await hearing(2))[1] ?? "") as Told)).toBe("2");
    webSocket?.send("ping");
    expect((await hearing(3))[2]).toBe("pong");
    webSocket?.close(1000);
  });

  it("that leaves is forgotten by the ledger, and hinders nobody who stays", async () => {
    const [leaving, staying] = [reading(await open("ada")), reading(await open("ada"))];
    await Promise.all([leaving.next(), staying.next()]);
    await leaving.leave();

    await api.record(calls("ada", 1, NOW));
    await aSecondLater("ada");

    expect(callsOf(await staying.next())).toBe("1");
    expect(await runInDurableObject(ledgerOf(api, "ada"), (_, state) => state.getWebSockets().length)).toBe(1);
    await staying.leave();
  });
});
