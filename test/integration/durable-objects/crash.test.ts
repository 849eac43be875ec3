import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox, type WireEvents } from "#test/support/api";
import { catalog, publishPlan, subscribe, usage } from "#test/support/catalog";
import { ledgerOf, metered, shuffled, used } from "#test/support/ledgers";
import { calls, linesOf } from "#test/support/usage";

let api: Api;

beforeEach(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "metered", [usage("calls", "0.10")], {
    entitlements: [{ feature: "calls", limit: "100000", reset: "billing_period" }],
  });
  await subscribe(api, "ada", "metered");
});

const AT = "2026-01-01T00:00:00Z";

/** Ends the object as a crash would: calls under way get no answer, and what was not written is gone. */
const kill = () => runInDurableObject(ledgerOf(api, "ada"), (_, state) => state.abort("killed by a test")).catch(() => undefined);

/** Log, dedupe, counters and bill, each asked in its own way. All of them must have the same events. */
async function views() {
  const { bills } = await api.get<{ bills: Parameters<typeof linesOf>[0][] }>("/v1/customers/ada/upcoming-invoice");
  const billed = bills.flatMap(linesOf).map(([, , quantity]) => quantity);
  return [await used(api, "ada"), await metered(api, "ada", "calls", "2026-01-01", "2026-02-01"), ...billed];
}

describe("a ledger that is forgotten by memory", () => {
  it("between any two calls answers as if it had not been", async () => {
    const forget = () => evictDurableObject(ledgerOf(api, "ada"));
    const events = calls("ada", 30, AT);

    await api.record(events.slice(0, 10));
    await forget();
    expect(await used(api, "ada")).toBe("10");
    await forget();
    await api.record(events.slice(5, 20));
    await forget();
    expect(await metered(api, "ada", "calls", "2026-01-01", "2026-02-01")).toBe("20");
    await forget();
    await api.record(events);
    await forget();

    expect(await views()).toEqual(["30", "30", "30"]);
  });

  it("still has its contract and its catalog: nothing needs to be told again", async () => {
    await evictDurableObject(ledgerOf(api, "ada"));

    const { results } = await api.record(calls("ada", 1, AT));

    expect(results[0]).toMatchObject({ status: "accepted" });
    expect(results[0]).not.toHaveProperty("unmatched");
  });
});

describe("a ledger that is killed in the middle of calls", () => {
  it("has each call whole or not at all, in the log, the counters and the bill alike; sending again makes it complete", async () => {
    const events = calls("ada", 400, AT);
    const parts = Array.from({ length: 20 }, (_, index) => events.slice(index * 20, index * 20 + 20));
    const sent = parts.map((part) => api.answer<WireEvents>("POST", "/v1/events", part));
    await Promise.race(sent);
    await kill();
    const answers = await Promise.all(sent);

    const acknowledged = answers.reduce((sum, { body }) => sum + body.accepted, 0);
    const [first, ...others] = await views();
    expect(others).toEqual([first, first]);
    expect(Number(first)).toBeGreaterThanOrEqual(acknowledged);
    expect(Number(first) % 20).toBe(0);

    for (const part of shuffled(parts)) expect((await api.record(part)).results.every(({ status }) => status !== "unavailable")).toBe(true);
    expect(await views()).toEqual(["400", "400", "400"]);
  });

  it("again and again loses nothing that it had acknowledged and counts nothing twice", async () => {
    const events = calls("ada", 50, AT);
    const acknowledged = new Set<string>();
    for (let round = 0; round < 4; round++) {
      const sending = Promise.all(shuffled(events, round + 1).map((event) => api.answer<WireEvents>("POST", "/v1/events", [event])));
      await kill();
      for (const { body } of await sending)
        for (const { id, status } of body.results) if (status === "accepted" || status === "duplicate") acknowledged.add(id ?? "");
      const seen = Number(await used(api, "ada"));
      expect(seen).toBeGreaterThanOrEqual(acknowledged.size);
      expect(seen).toBeLessThanOrEqual(50);
    }

    await api.record(events);

    expect(await views()).toEqual(["50", "50", "50"]);
  });
});
