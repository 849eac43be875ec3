import { evictDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox, type WireCheck, type WireEvent } from "#test/support/api";
import { catalog, customer, publishPlan, subscribe, usage } from "#test/support/catalog";
import { ledgerOf, metered, shuffled, used } from "#test/support/ledgers";
import { calls, linesOf } from "#test/support/usage";

let api: Api;

beforeEach(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "metered", [usage("calls", "0.10"), usage("tokens", "0.01")], {
    entitlements: [{ feature: "calls", limit: "10", reset: "billing_period" }],
  });
});

const completions = (values: readonly unknown[], time: string): WireEvent[] =>
  values.map((value, index) => ({
    id: `${time}-${index}`,
    source: "test",
    type: "completion",
    customer: "ada",
    time,
    properties: { tokens: value },
  }));
const january = (meter: string) => metered(api, "ada", meter, "2026-01-01", "2026-02-01");
const check = (quantity?: string) =>
  api.post<WireCheck>("/v1/check", { customer: "ada", feature: "calls", ...(quantity === undefined ? {} : { quantity }) });

describe("a counter is exact", () => {
  it("where floating point is not: a tenth added ten times is one", async () => {
    await subscribe(api, "ada", "metered");

    await api.record(
      completions(
        Array.from({ length: 10 }, () => "0.1"),
        "2026-01-01T00:00:00Z",
      ),
    );

    expect(await january("tokens")).toBe("1");
  });

  it("for the largest and the smallest together, whichever comes first and wherever they are read again", async () => {
    await subscribe(api, "ada", "metered");
    const values = ["99999999999999999999", "0.000000000001", "9007199254740993", "-0.000000000001", "0.3", "1000"];
    for (const event of shuffled(completions(values, "2026-01-01T00:00:00Z"))) {
      await api.record([event]);
      await evictDurableObject(ledgerOf(api, "ada"));
    }

    // 99999999999999999999 + 9007199254740993 + 0.3 + 1000
    expect(await january("tokens")).toBe("100009007199254741992.3");
  });

  it("and equals the fold over all events, in the balance, in the query and on the bill", async () => {
    await subscribe(api, "ada", "metered");
    await api.advance("2026-01-31T12:00:00Z");
    const days = Array.from({ length: 31 }, (_, index) => index + 1);
    const events = days.flatMap((day) => [
      ...calls("ada", day % 4, `2026-01-${String(day).padStart(2, "0")}T10:00:00Z`),
      ...completions([`${day}.25`], `2026-01-${String(day).padStart(2, "0")}T11:00:00Z`),
    ]);

    for (const part of [0, 1, 2]) await api.record(shuffled(events).filter((_, index) => index % 3 === part));

    // 1+2+3+0 seven times and 1+2+3 once; the sum of 1…31 and a quarter each.
    expect([await used(api, "ada"), await january("calls"), await january("tokens")]).toEqual(["48", "48", "503.75"]);
    const { bills } = await api.get<{ bills: Parameters<typeof linesOf>[0][] }>("/v1/customers/ada/upcoming-invoice");
    expect(bills.flatMap(linesOf).map(([price, , quantity, amount]) => [price, quantity, amount])).toEqual([
      ["calls", "48", 480],
      ["tokens", "503.75", 504],
    ]);
  });
});

describe("an event at a boundary belongs to what begins there", () => {
  it("of a billing period, to the millisecond, in the balance and on the invoice", async () => {
    await subscribe(api, "ada", "metered");
    await api.advance("2026-01-31T23:30:00Z");
    await api.record([...calls("ada", 2, "2026-01-31T23:59:59.999Z"), ...calls("ada", 3, "2026-02-01T00:00:00Z")]);
    expect(await used(api, "ada")).toBe("2");

    await api.advance("2026-02-02T00:00:00Z");

    expect(await used(api, "ada")).toBe("3");
    expect((await api.invoices("ada")).flatMap(linesOf)[0]).toEqual(["calls", "usage", "2", 20, "2026-01-01", "2026-02-01"]);
  });

  it("of a day in the customer's zone, where a midnight is not one of UTC", async () => {
    await customer(api, "ada", { time_zone: "Asia/Kathmandu" });
    await api.post("/v1/subscriptions", { customer: "ada", plan: "metered", start_on: "2026-01-01" });
    await api.advance("2026-01-01T19:00:00Z");
    await api.record([...calls("ada", 2, "2026-01-01T18:14:59.999Z"), ...calls("ada", 3, "2026-01-01T18:15:00Z")]);

    const { data } = await api.get<{ data: { start: string; value: string }[] }>(
      "/v1/meters/calls/query?customer=ada&from=2026-01-01&to=2026-01-03&window=day",
    );

    expect(data.map(({ start, value }) => [start, value])).toEqual([
      ["2025-12-31T18:15:00Z", "2"],
      ["2026-01-01T18:15:00Z", "3"],
    ]);
  });

  it("of the subscription: usage before its start is kept, but is not its", async () => {
    await customer(api, "ada");
    await api.record(calls("ada", 4, "2025-12-31T23:59:59.999Z"));
    await api.post("/v1/subscriptions", { customer: "ada", plan: "metered" });
    await api.record(calls("ada", 5, "2026-01-01T00:00:00Z"));

    expect([await used(api, "ada"), await metered(api, "ada", "calls", "2025-12-31", "2026-01-01"), await january("calls")]).toEqual([
      "5",
      "4",
      "5",
    ]);
  });
});

describe("a check", () => {
  it("says what the ledger counted, up to the limit and beyond", async () => {
    await subscribe(api, "ada", "metered");
    await api.record(calls("ada", 8, "2026-01-01T00:00:00Z"));

    expect(await check("2")).toMatchObject({ allowed: true, used: "8", remaining: "2", limit: "10", overage: "0" });
    expect(await check("3")).toMatchObject({ allowed: false, code: "limit_reached", retry_at: "2026-02-01T00:00:00Z" });

    await api.record(calls("ada", 5, "2026-01-01T00:00:00.001Z"));
    expect(await check()).toMatchObject({ allowed: false, used: "13", remaining: "0", overage: "3" });
  });

  it("changes nothing, however often it is asked and whatever for", async () => {
    await subscribe(api, "ada", "metered");
    await api.record(calls("ada", 8, "2026-01-01T00:00:00Z"));

    const answers = await Promise.all(["1", "2", "2", "2", "2", "9999"].map((quantity) => check(quantity)));

    expect(answers.map(({ allowed, used: seen }) => [allowed, seen])).toEqual([
      ...[true, true, true, true, true].map((allowed) => [allowed, "8"]),
      [false, "8"],
    ]);
    expect(await january("calls")).toBe("8");
  });

  it("begins anew with the period, without anybody having reset it", async () => {
    await subscribe(api, "ada", "metered");
    await api.record(calls("ada", 10, "2026-01-01T00:00:00Z"));
    expect((await check()).allowed).toBe(false);

    await api.advance("2026-02-01T00:00:00Z");

    expect(await check()).toMatchObject({
      allowed: true,
      used: "0",
      window: { start: "2026-02-01T00:00:00Z", end: "2026-03-01T00:00:00Z" },
    });
  });
});
