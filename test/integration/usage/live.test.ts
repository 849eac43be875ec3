import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Api, sandbox } from "#test/support/api";
import { catalog, flat, publishPlan, subscribe, usage } from "#test/support/catalog";
import { ledgerOf } from "#test/support/ledgers";
import { calls } from "#test/support/usage";
import { type UsageMessage, UsageStream } from "#test/support/usage-stream";

const MARCH = { start: "2026-03-01T00:00:00Z", end: "2026-04-01T00:00:00Z" };

let api: Api;

beforeEach(async () => {
  api = await sandbox("2026-03-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "pro", [flat("base", "99.00", "in_arrears"), usage("calls", "0.10", "5")]);
  await subscribe(api, "acme", "pro");
  await api.settle();
  await api.advance("2026-03-10T00:00:00Z");
});

const totalOf = ({ bills }: UsageMessage): number | undefined => bills[0]?.total;
const countOf = ({ meters }: UsageMessage): string | undefined => meters[0]?.value;
const upcoming = async (): Promise<number | undefined> =>
  (await api.get<{ bills: { total: number }[] }>("/v1/customers/acme/upcoming-invoice")).bills[0]?.total;

describe("a watcher", () => {
  it("sees usage and the bill so far at once, and again as events come", async () => {
    const stream = await UsageStream.open(api, "acme");
    expect(await stream.next()).toMatchObject({ type: "usage", meters: [{ meter: "calls", unit: "call", period: MARCH, value: "0" }] });

    await api.record(calls("acme", 25, "2026-03-09T12:00:00Z"));
    const told = await stream.until((message) => countOf(message) === "25");

    expect(told.bills).toHaveLength(1);
    expect(told.bills[0]?.lines.map(({ price, quantity, amount }) => [price, quantity, amount])).toContainEqual(["calls", "25", 200]);
    await stream.close();
  });

  it("sees the very bill that the invoice will be made from", async () => {
    const stream = await UsageStream.open(api, "acme");
    for (const [index, count] of [1, 7, 30].entries()) {
      await api.record(calls("acme", count, "2026-03-09T12:00:00Z", `batch-${index}`));
      const total = await upcoming();
      expect(totalOf(await stream.until((message) => totalOf(message) === total))).toBe(total);
    }
    await stream.close();
  });

  it("sees a voided event go", async () => {
    await api.record(calls("acme", 8, "2026-03-09T12:00:00Z", "call"));
    const stream = await UsageStream.open(api, "acme");
    expect(countOf(await stream.next())).toBe("8");

    await api.post("/v1/events/void", { customer: "acme", id: "call-0", source: "test" });

    expect(countOf(await stream.until((message) => countOf(message) === "7"))).toBe("7");
    await stream.close();
  });

  it("is told by WebSocket too, through a sleep of the ledger", async () => {
    const request = new Request("http://tollgate.test/v1/customers/acme/stream", {
      headers: { authorization: `Bearer ${api.key}`, upgrade: "websocket" },
    });
    const { status, webSocket: socket } = await api.platform.fetch(request);
    expect(status).toBe(101);
    if (socket === null) throw new Error("there is no socket");
    const messages: UsageMessage[] = [];
    const heard = Promise.withResolvers<void>();
    socket.addEventListener("message", ({ data }) => {
      messages.push(JSON.parse(String(data)) as UsageMessage);
      if (countOf(messages.at(-1) as UsageMessage) === "3") heard.resolve();
    });
    socket.accept();

    await evictDurableObject(env.LEDGER.get(env.LEDGER.idFromName(`${api.environment}:acme`)));
    await api.record(calls("acme", 3, "2026-03-09T12:00:00Z"));
    await heard.promise;

    expect(messages.map(countOf)).toEqual(["0", "3"]);
    socket.close();
  });

  it("of a customer there is not is told so, as is one without a key", async () => {
    expect((await api.answer("GET", "/v1/customers/nobody/stream")).status).toBe(404);
    expect((await api.answer("GET", "/v1/customers/acme/stream", undefined, { authorization: "Bearer tg_test_no" })).status).toBe(401);
  });
});

describe("a change", () => {
  const now = "2026-03-10T00:00:00Z";

  /** Only the timer that gathers changes is held: a test says when it is a second later. */
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  /** What the ledger has put off is done within a second of its own clock. */
  const aSecondLater = () => runInDurableObject(ledgerOf(api, "acme"), () => void vi.advanceTimersByTime(1_000));

  it("is told within a second, many within a moment once and the last of them", async () => {
    const stream = await UsageStream.open(api, "acme");
    await stream.next();

    for (let call = 1; call <= 5; call++) await api.record(calls("acme", 1, now, `call-${call}`));
    await aSecondLater();

    expect(countOf(await stream.next())).toBe("5");
    await stream.close();
  });

  it("that is only previewed, or another customer's, is never told", async () => {
    await subscribe(api, "bob", "pro");
    const stream = await UsageStream.open(api, "acme");

    await api.post("/v1/events?preview=true", calls("acme", 7, now, "preview"));
    await api.record(calls("bob", 7, now));
    await aSecondLater();
    await api.record(calls("acme", 1, now));
    await aSecondLater();

    expect(countOf(await stream.until((message) => countOf(message) !== "0"))).toBe("1");
    await stream.close();
  });

  it("reaches those who stay when others have left, and the ledger forgets who left", async () => {
    const [leaving, staying] = [await UsageStream.open(api, "acme"), await UsageStream.open(api, "acme")];
    await Promise.all([leaving.next(), staying.next()]);
    await leaving.close();

    await api.record(calls("acme", 1, now));
    await aSecondLater();

    expect(countOf(await staying.next())).toBe("1");
    expect(await runInDurableObject(ledgerOf(api, "acme"), (_ledger, state) => state.getWebSockets().length)).toBe(1);
    await staying.close();
  });
});
