import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox } from "#test/support/api";
import { contextFor, usageOf } from "#test/support/context";
import { customer } from "#test/support/catalog";
import { recordUsage } from "#actions/usage/record-usage";
import { forgetAddresses, resolveAddresses } from "#actions/usage/resolve-subjects";

let api: Api;
beforeEach(async () => {
  api = await sandbox("2026-03-01T00:00:00Z");
  await api.post("/v1/meters", { key: "calls", name: "Calls", event_type: "call", aggregation: "count" });
  await customer(api, "acme");
});

const send = (subject: string, id: string, time = "2026-02-28T00:00:00Z", type = "call") =>
  api.post("/v1/events", { id, source: "t", type, subject, time });
const unmatched = async (query = "") => (await api.get<{ data: Record<string, unknown>[] }>(`/v1/events/unmatched${query}`)).data;
const counted = (key: string) => usageOf(api, key, "calls");

describe("what was kept of a subject", () => {
  it("is counted for its customer by itself, under the same identities, and is listed no more", async () => {
    expect(await send("w1", "a")).toMatchObject({ accepted: 1, unmatched: 1, results: [{ unmatched: "customer" }] });
    await send("w1", "b", "2026-02-20T00:00:00Z");
    expect(await unmatched()).toMatchObject([{ customer: "w1", reason: "customer", event_type: "call", count: 2 }]);

    await api.post("/v1/customers/acme/subjects", { subject: "w1" });
    await api.settle();

    expect(await counted("acme")).toBe("2");
    expect(await unmatched()).toEqual([]);
    expect(await send("w1", "a")).toMatchObject({ accepted: 0, duplicates: 1 });
  });

  it("is counted when the customer is created with it", async () => {
    await send("w1", "a");
    await customer(api, "gamma", { subjects: ["w1"] });
    await api.settle();
    expect(await counted("gamma")).toBe("1");
  });

  it("is counted for whoever has it at the event's time; the rest stays kept and listed", async () => {
    await customer(api, "beta");
    await send("w1", "a", "2026-02-10T00:00:00Z");
    await send("w1", "b", "2026-02-20T00:00:00Z");
    await api.post("/v1/customers/acme/subjects", { subject: "w1", from: "2026-02-15T00:00:00Z" });
    await api.settle();
    expect(await counted("acme")).toBe("1");
    expect(await unmatched()).toMatchObject([{ customer: "w1", count: 1, refusal: null }]);
  });

  it("moves once, however often it is replayed", async () => {
    await send("w1", "a");
    await api.post("/v1/customers/acme/subjects", { subject: "w1" });
    await api.settle();
    await api.post("/v1/customers/acme/subjects/w1/end", {});
    await api.post("/v1/customers/acme/subjects", { subject: "w1" });
    await api.settle();
    expect(await counted("acme")).toBe("1");
  });

  it("of a type that no meter reads is listed as that from then on", async () => {
    await send("w1", "a", "2026-02-28T00:00:00Z", "chat");
    await api.post("/v1/customers/acme/subjects", { subject: "w1" });
    await api.settle();
    expect(await unmatched()).toMatchObject([{ customer: "acme", reason: "type", event_type: "chat", count: 1 }]);
  });

  it("is too old for the customer's ledger after 35 days, and says so", async () => {
    await send("w1", "a");
    await api.advance("2026-05-01T00:00:00Z");
    await send("w1", "b", "2026-04-30T00:00:00Z");
    await api.post("/v1/customers/acme/subjects", { subject: "w1" });
    await api.settle();
    expect(await counted("acme")).toBe("1");
    expect(await unmatched()).toMatchObject([{ customer: "w1", count: 1, refusal: "event_too_old" }]);
  });

  it("is replayed too when it came through a way in that had not heard of its customer yet", async () => {
    await api.post("/v1/customers/acme/subjects", { subject: "w1" });
    await api.settle();
    const event = {
      id: "a",
      source: "t",
      type: "call",
      time: Date.UTC(2026, 1, 28),
      timeIsGiven: true,
      subscription: null,
      properties: {},
    };
    // As a way in does that remembers the subject as nobody's: into the subject's own ledger.
    await recordUsage(await contextFor(api), { events: [{ address: { customer: "w1" }, event }] });
    await api.settle();
    expect(await counted("acme")).toBe("1");
    expect(await unmatched()).toEqual([]);
  });
});

describe("a directory of addresses", () => {
  it("asks once for all names that are not remembered, and not at all when they are", async () => {
    const context = await contextFor(api);
    let queries = 0;
    const db = new Proxy(context.db, {
      get: (target, name) => {
        if (name === "all") queries += 1;
        const value = Reflect.get(target, name) as unknown;
        return typeof value === "function" ? (value as (...given: unknown[]) => unknown).bind(target) : value;
      },
    });
    const { id } = await api.get<{ id: string }>("/v1/customers/acme");
    const names = [{ subject: "w1" }, { subject: "w2" }, { customer: id }, { customer: "acme" }, { subject: "w1" }];
    const events = names.map((address) => ({ address, event: { time: 0 } })) as unknown as Parameters<typeof resolveAddresses>[1];
    forgetAddresses(context.environment.id);
    expect(await resolveAddresses({ ...context, db }, events)).toEqual(["w1", "w2", "acme", "acme", "w1"]);
    expect(queries).toBe(1);
    expect(await resolveAddresses({ ...context, db }, events)).toEqual(["w1", "w2", "acme", "acme", "w1"]);
    expect(queries).toBe(1);
  });

  it("that cannot be asked makes unavailable what it does not remember, and nothing else", async () => {
    const context = await contextFor(api);
    const db = { all: () => Promise.reject(new Error("no database")) } as unknown as typeof context.db;
    const reported: string[] = [];
    const events = [{ subject: "unheard" }, { customer: "acme" }].map((address) => ({ address, event: { time: 0 } }));
    const given = events as unknown as Parameters<typeof resolveAddresses>[1];
    expect(await resolveAddresses({ ...context, db, report: (what) => void reported.push(what) }, given)).toEqual([null, "acme"]);
    expect(reported).toEqual(["directory_unavailable"]);
  });
});
