import { evictDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox, type WireEvent, type WireEvents } from "#test/support/api";
import { catalog, publishPlan, subscribe, usage } from "#test/support/catalog";
import { ledgerOf, metered, shuffled, used } from "#test/support/ledgers";
import { calls } from "#test/support/usage";

let api: Api;

beforeEach(async () => {
  api = await sandbox("2026-01-10T12:00:00Z");
  await catalog(api);
  await publishPlan(api, "metered", [usage("calls", "0.10")], {
    entitlements: [{ feature: "calls", limit: "100000", reset: "billing_period" }],
  });
  await subscribe(api, "ada", "metered", { start_on: "2026-01-01" });
});

const at = "2026-01-10T00:00:00Z";
const completion = (tokens: unknown, rest: Partial<WireEvent> = {}): WireEvent => ({
  id: "one",
  source: "test",
  type: "completion",
  customer: "ada",
  time: at,
  properties: { tokens },
  ...rest,
});
const tokens = () => metered(api, "ada", "tokens", "2026-01-01", "2026-02-01");
const statuses = async (events: readonly WireEvent[]) => (await api.record(events)).results.map(({ status }) => status);

describe("an event is counted once", () => {
  it("however often it is sent", async () => {
    const [event] = calls("ada", 1, at);

    for (const expected of ["accepted", "duplicate", "duplicate"]) expect(await statuses([event as WireEvent])).toEqual([expected]);

    expect(await used(api, "ada")).toBe("1");
  });

  it("however often it stands in one call", async () => {
    const events = calls("ada", 3, at);

    expect(await statuses([...events, ...events.toReversed()])).toEqual([
      "accepted",
      "accepted",
      "accepted",
      "duplicate",
      "duplicate",
      "duplicate",
    ]);

    expect(await used(api, "ada")).toBe("3");
  });

  it("by whichever sender it comes at the same moment", async () => {
    const events = calls("ada", 50, at);

    const answers = await Promise.all(Array.from({ length: 6 }, (_, sender) => api.record(shuffled(events, sender + 1))));

    expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(50);
    expect(answers.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(250);
    expect(await used(api, "ada")).toBe("50");
  });

  it("in whatever order and grouping it comes, also when the object was forgotten between any two calls", async () => {
    const all = shuffled([...calls("ada", 60, at), ...calls("ada", 60, at)]);
    let accepted = 0;
    for (let from = 0; from < all.length; from += 17) {
      accepted += (await api.record(all.slice(from, from + 17))).accepted;
      await evictDurableObject(ledgerOf(api, "ada"));
    }

    expect(accepted).toBe(60);
    expect(await used(api, "ada")).toBe("60");
  });

  it("for a month and more: until it would be too old to be taken at all", async () => {
    const [event] = calls("ada", 1, at);
    await api.record([event as WireEvent]);

    await api.advance("2026-02-14T00:00:00Z");
    expect(await statuses([event as WireEvent])).toEqual(["duplicate"]);
    await api.advance("2026-02-14T00:00:00.001Z");

    const { body } = await api.answer<WireEvents>("POST", "/v1/events", [event]);

    expect(body.accepted).toBe(0);
    expect(await metered(api, "ada", "calls", "2026-01-01", "2026-02-01")).toBe("1");
  });
});

describe("an identity is the customer, the source and the id together", () => {
  it("so another source or customer is another event", async () => {
    await subscribe(api, "bob", "metered", { start_on: "2026-01-01" });
    const [event] = calls("ada", 1, at) as [WireEvent];

    await api.record([event, { ...event, source: "other" }, { ...event, customer: "bob" }]);

    expect([await used(api, "ada"), await used(api, "bob")]).toEqual(["2", "1"]);
  });

  it("and what looks alike when put together is not the same", async () => {
    const [event] = calls("ada", 1, at) as [WireEvent];

    expect(
      await statuses([
        { ...event, source: "a", id: "b:c" },
        { ...event, source: "a:b", id: "c" },
        { ...event, source: "a b", id: "c" },
        { ...event, source: "a", id: "b c" },
      ]),
    ).toEqual(["accepted", "accepted", "accepted", "accepted"]);
  });
});

describe("the same identity with another content is a conflict, and the first stands", () => {
  it.each([
    ["another value", completion("8")],
    ["another time", completion("7", { time: "2026-01-10T00:00:00.001Z" })],
    ["another type", completion("7", { type: "call" })],
    ["a property more", completion("7", { properties: { tokens: "7", model: "large" } })],
  ])("with %s", async (_what, other) => {
    await api.record([completion("7")]);

    const { conflicts, results } = await api.record([other]);

    expect([conflicts, results[0]?.status, results[0]?.code]).toEqual([1, "conflict", "event_conflict"]);
    expect([await tokens(), await used(api, "ada")]).toEqual(["7", "0"]);
  });

  it("also within one call, and after the object was forgotten", async () => {
    expect(await statuses([completion("7"), completion("8"), completion("7")])).toEqual(["accepted", "conflict", "duplicate"]);
    await evictDurableObject(ledgerOf(api, "ada"));

    expect(await statuses([completion("9"), completion("7")])).toEqual(["conflict", "duplicate"]);

    expect(await tokens()).toBe("7");
  });

  it("but the same content said in another way is the same", async () => {
    await api.record([completion("7", { properties: { tokens: "7", model: "large" } })]);

    expect(await statuses([completion("7", { properties: { model: "large", tokens: "7" }, time: "2026-01-10T01:00:00+01:00" })])).toEqual([
      "duplicate",
    ]);
  });
});
