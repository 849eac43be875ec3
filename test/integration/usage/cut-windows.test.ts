import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { type Api, sandbox, type WireSubscription } from "#test/support/api";
import { customer, publishPlan } from "#test/support/catalog";
import { ledgerOf } from "#test/support/ledgers";

const price = { key: "m", product: "app", name: "m", kind: "usage", meter: "m", model: { type: "per_unit", unit_amount: "1.00" } };

/** Two plans, `p` and `q`, that charge a dollar for one of what the meter makes of property `v`. */
async function world(meter: object, clockAt = "2026-03-01T00:00:00Z"): Promise<Api> {
  const api = await sandbox(clockAt);
  await api.post("/v1/meters", { key: "m", name: "m", event_type: "e", value_property: "v", ...meter });
  await api.post("/v1/products", { key: "app", name: "App" });
  for (const plan of ["p", "q"]) await publishPlan(api, plan, [price]);
  await customer(api, "acme");
  return api;
}

const subscribe = (api: Api, plan = "p", rest: object = {}): Promise<WireSubscription> =>
  api.post("/v1/subscriptions", { customer: "acme", plan, ...rest });
const of = (id: string, time: string, v: unknown) => ({ id, source: "t", type: "e", customer: "acme", time, properties: { v } });

type Bill = { bills: { lines: { quantity: string; amount: number; period: { start: string } }[] }[] };

async function billSoFar(api: Api): Promise<[string, number][]> {
  const { bills } = await api.get<Bill>("/v1/customers/acme/upcoming-invoice");
  return bills.flatMap(({ lines }) => lines.map(({ quantity, amount }): [string, number] => [quantity, amount]));
}

describe("usage windows that a plan change cuts", () => {
  it("share one average level: the parts are of the whole period", async () => {
    const api = await world({ aggregation: "time_weighted", time_unit: "window" }, "2026-04-01T00:00:00Z");
    const { id } = await subscribe(api);
    await api.record([of("level", "2026-04-01T00:00:00Z", 10)]);
    await api.advance("2026-04-16T00:00:00Z");
    await api.post(`/v1/subscriptions/${id}/change`, { plan: "q" });
    await api.advance("2026-05-02T12:00:00Z");

    const [invoice] = (await api.invoices("acme")).filter(({ lines }) => lines.length > 0);

    expect(invoice?.lines.map(({ quantity, amount }) => [quantity, amount])).toEqual([
      ["5", 500],
      ["5", 500],
    ]);
  });

  it("share the bucket that the change cuts", async () => {
    const api = await world({ aggregation: "bucketed", bucket: { window: { unit: "day", count: 1 }, aggregation: "max", outer: "sum" } });
    const { id } = await subscribe(api);
    await api.advance("2026-03-16T12:00:00Z");
    await api.record([of("a", "2026-03-16T11:00:00Z", 5)]);
    await api.post(`/v1/subscriptions/${id}/change`, { plan: "q" });
    await api.advance("2026-03-16T13:00:00Z");
    await api.record([of("b", "2026-03-16T13:00:00Z", 7)]);

    expect(await billSoFar(api)).toEqual([
      ["5", 500],
      ["2", 200],
    ]);
  });

  it("are the same for a ledger that slept and for one that did not", async () => {
    const billed = async (sleeps: boolean): Promise<[string, number][]> => {
      const api = await world({ aggregation: "time_weighted", time_unit: "day" });
      const { id } = await subscribe(api);
      await api.advance("2026-03-10T00:00:00Z");
      await api.record([of("a", "2026-03-10T00:00:00Z", 5)]);
      await api.advance("2026-03-15T00:00:00Z");
      await api.post(`/v1/subscriptions/${id}/change`, { plan: "q" });
      await api.advance("2026-03-20T00:00:00Z");
      await api.record([of("b", "2026-03-20T00:00:00Z", 8)]);
      if (sleeps) await evictDurableObject(ledgerOf(api, "acme"));
      await api.record([of("c", "2026-03-12T00:00:00Z", 7)]);
      return billSoFar(api);
    };

    // 5 for two days and 7 for three; then 7 for five.
    const expected = [
      ["31", 3_100],
      ["35", 3_500],
    ];
    expect(await billed(false)).toEqual(expected);
    expect(await billed(true)).toEqual(expected);
  });
});

describe("a level", () => {
  it("goes on in one of two subscriptions, not in both", async () => {
    const api = await world({ aggregation: "time_weighted", time_unit: "day" }, "2026-04-01T00:00:00Z");
    await subscribe(api, "p");
    await subscribe(api, "q");
    await api.record([of("a", "2026-04-01T00:00:00Z", 10)]);
    await api.advance("2026-06-02T12:00:00Z");

    const invoices = await api.invoices("acme");
    const total = invoices.reduce((sum, invoice) => sum + invoice.total, 0);

    // 30 days of April and 31 of May at 10.
    expect(total).toBe(61_000);
  });

  it("from before the subscription's start, late, corrects what was issued", async () => {
    const api = await world({ aggregation: "time_weighted", time_unit: "day" });
    await api.advance("2026-03-10T00:00:00Z");
    await subscribe(api, "p", { start_on: "2026-03-10" });
    await api.record([of("z", "2026-03-09T00:00:00Z", 1)]);
    await api.advance("2026-04-11T12:00:00Z");
    expect((await api.invoices("acme")).map(({ total }) => total)).toEqual([3_100]);

    await api.record([of("late", "2026-03-09T12:00:00Z", 4)]);
    await api.settle();
    await api.advance("2026-05-12T12:00:00Z");

    // 31 days of March and April at 3 more, and 30 days from 10 April on at 4.
    expect((await api.invoices("acme")).map(({ total }) => total)).toEqual([3_100, 9_300 + 12_000]);
  });

  it("averaged for ever is the average of what there was", async () => {
    const api = await sandbox("2026-03-01T00:00:00Z");
    await api.post("/v1/meters", {
      key: "m",
      name: "m",
      event_type: "e",
      value_property: "v",
      aggregation: "time_weighted",
      time_unit: "window",
    });
    await api.post("/v1/products", { key: "app", name: "App" });
    await api.post("/v1/features", { key: "f", name: "f", type: "metered", meter: "m" });
    await publishPlan(api, "p", [price], { entitlements: [{ feature: "f", limit: "5", reset: "never" }] });
    await customer(api, "acme");
    await subscribe(api);
    await api.record([of("a", "2026-03-01T00:00:00Z", 10)]);
    await api.advance("2026-03-02T00:00:00Z");

    expect(await api.post("/v1/check", { customer: "acme", feature: "f" })).toMatchObject({ allowed: false, used: "10" });
  });
});

describe("what is archived", () => {
  it("is needed to take a highest value out of a window that began with it: restore it first", async () => {
    const api = await world({ aggregation: "max" }, "2026-01-15T00:00:00Z");
    await subscribe(api);
    await api.record([of("low", "2026-01-15T00:00:00Z", 3)]);
    await api.advance("2026-02-05T00:00:00Z");
    await api.record([of("high", "2026-02-05T00:00:00Z", 100)]);
    await api.advance("2026-03-10T00:00:00Z");

    const { results } = await api
      .post<{ results: { status: string; code?: string }[] }>("/v1/events/void", {
        customer: "acme",
        id: "high",
        source: "t",
      })
      .catch((error: unknown) => ({
        results: [{ status: "rejected", code: String(error).includes("range_archived") ? "range_archived" : "" }],
      }));

    expect(results[0]).toMatchObject({ status: "rejected", code: "range_archived" });
  });
});
