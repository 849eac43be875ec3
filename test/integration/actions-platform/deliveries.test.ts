import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Api, live } from "#test/support/api";
import { catalog, flat, publishPlan, subscribe } from "#test/support/catalog";
import { Platform } from "#test/support/platform";
import { rows } from "#test/support/rows";

type DeadLetter = { readonly id: string; readonly kind: string; readonly subject: string; readonly reason: string };

const MINUTE_MS = 60_000;
let api: Api;
let platform: Platform;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-05-01T00:00:00Z") });
  platform = new Platform();
  api = await live(platform);
  await catalog(api);
  await publishPlan(api, "basic", [flat("base", "10.00")]);
});
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
const deadLetters = async () => (await api.get<{ data: DeadLetter[] }>("/v1/operations/dead-letters")).data;
const waiting = async () => (await rows("outbox", api.environment)).map(({ consumer }) => consumer);
const bills = async (customer: string) => (await api.invoices(customer)).map(({ status, total }) => [status, total]);

/** Breaks the terms of a plan, as a bug would; answers how to mend them. */
async function breakPlan(): Promise<() => Promise<unknown>> {
  const [version] = await rows("plan_version", api.environment);
  const set = env.DB.prepare("UPDATE plan_version SET terms = ? WHERE environment_id = ?");
  await set.bind("{}", api.environment).run();
  return () => set.bind(version?.["terms"], api.environment).run();
}

describe("a delivery made twice has one effect", () => {
  it("one after the other", async () => {
    await subscribe(api, "ada", "basic");
    const messages = platform.sent.splice(0);

    await platform.deliver(messages);
    await platform.deliver(messages);

    expect(await bills("ada")).toEqual([["issued", 1_000]]);
    expect((await rows("event", api.environment)).filter(({ type }) => type === "invoice.issued")).toHaveLength(1);
  });

  it("at the same moment, by four consumers", async () => {
    await subscribe(api, "ada", "basic");
    const messages = platform.sent.splice(0);

    await Promise.all([1, 2, 3, 4].map(() => platform.deliver(messages)));
    for (let tick = 0; tick < 3; tick++) {
      pass(MINUTE_MS);
      await platform.tick();
      await platform.deliverAll();
    }

    expect(await bills("ada")).toEqual([["issued", 1_000]]);
    expect(await waiting()).toEqual([]);
  });
});

describe("a queue that loses every message only delays", () => {
  it("the next minutes of cron find the work, and what it causes", async () => {
    const { id } = await subscribe(api, "ada", "basic");

    for (let tick = 0; tick < 6; tick++) {
      pass(MINUTE_MS);
      platform.sent.length = 0;
      await platform.tick();
    }

    expect(await bills("ada")).toEqual([["issued", 1_000]]);
    expect(await waiting()).toEqual([]);
    expect((await rows("event", api.environment)).filter(({ stream }) => stream === `subscription/${id}`)).toHaveLength(3);
  });

  it("and one that loses some of them is told again after a minute, not before", async () => {
    await subscribe(api, "ada", "basic");
    const lost = platform.sent.splice(0);
    pass(MINUTE_MS - 1);
    await platform.tick();
    expect(platform.sent).toEqual([]);

    pass(1);
    await platform.tick();

    expect(new Set(platform.sent.map((message) => JSON.stringify(message)))).toEqual(
      new Set(lost.map((message) => JSON.stringify(message))),
    );
  });
});

describe("a delivery that fails", () => {
  it("is tried again, more and more seldom, and is a dead letter with its reason in the end", async () => {
    await subscribe(api, "ada", "basic");
    await breakPlan();
    const began = Date.now();
    const firstTries: number[] = [];
    while ((await deadLetters()).length === 0 && Date.now() - began < 60 * MINUTE_MS) {
      await platform.deliverAll();
      firstTries.push(Number((await rows("outbox", api.environment)).find(({ consumer }) => consumer === "draft-invoice")?.["attempts"]));
      pass(MINUTE_MS);
      await platform.tick();
    }

    const letters = await deadLetters();
    expect(letters.map(({ kind }) => kind)).toContain("draft-invoice");
    for (const { reason } of letters) expect(reason).toMatch(/\w+Error: ./);
    expect((await rows("outbox", api.environment)).filter(({ dead_at }) => dead_at !== null).map(({ attempts }) => attempts)).toContain(8);
    // Eight tries in a row would have taken eight minutes.
    expect(firstTries.length).toBeGreaterThan(9);
  });

  it("does not hold up anybody else's", async () => {
    const other = await live(platform);
    await catalog(other);
    await publishPlan(other, "basic", [flat("base", "7.00")]);
    await subscribe(api, "ada", "basic");
    await breakPlan();
    await subscribe(other, "bob", "basic");

    await platform.deliverAll();

    expect((await other.invoices("bob")).map(({ total }) => total)).toEqual([700]);
  });

  it("is replayed by a person once its cause is mended, and has its effect then", async () => {
    await subscribe(api, "ada", "basic");
    const mend = await breakPlan();
    await platform.deliverAll();
    await env.DB.prepare("UPDATE outbox SET dead_at = ? WHERE environment_id = ?").bind(Date.now(), api.environment).run();
    await mend();

    for (const { id } of await deadLetters()) await api.post(`/v1/operations/dead-letters/${id}/replay`);
    expect(await deadLetters()).toEqual([]);
    pass(1);
    await platform.tick();
    await platform.deliverAll();

    expect(await bills("ada")).toEqual([["issued", 1_000]]);
  });

  it("cannot be replayed while it is not dead, by another environment, or under a name that is none", async () => {
    await subscribe(api, "ada", "basic");
    const [row] = await rows("outbox", api.environment);
    const replay = (caller: Api, id: string) => caller.answer("POST", `/v1/operations/dead-letters/${encodeURIComponent(id)}/replay`);
    expect((await replay(api, String(row?.["id"]))).status).toBe(404);
    await env.DB.prepare("UPDATE outbox SET dead_at = ? WHERE environment_id = ?").bind(Date.now(), api.environment).run();

    expect((await replay(await live(platform), String(row?.["id"]))).status).toBe(404);
    for (const name of ["obx_none", "due:x:invoice.issue:inv_1", "due:1:no.such.kind:inv_1", "due:1:invoice.issue:inv_1", "due"])
      expect([name, (await replay(api, name)).status]).toEqual([name, 404]);
  });
});

describe("a message that cannot be understood", () => {
  it("is let go, and the others of its batch are handled", async () => {
    await subscribe(api, "ada", "basic");
    const strange = [{ kind: "unheard of" }, { kind: "outbox", environment: api.environment, id: "obx_gone" }, 7] as never[];

    const result = await platform.deliver([...strange, ...platform.sent.splice(0)]);

    expect(result.retryMessages).toEqual([]);
    expect(await bills("ada")).toEqual([["issued", 1_000]]);
  });

  it("or that the queue gave up on is only written down", async () => {
    const { ackAll, retryMessages } = await platform.deliver([{ kind: "outbox", environment: "env", id: "obx" }], "tollgate-work-dead");
    expect([ackAll, retryMessages]).toEqual([true, []]);
  });
});
