import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox, type WireSubscription } from "#test/support/api";
import { catalog, customer, flat, publishPlan, subscribe, usage } from "#test/support/catalog";
import { calls, linesOf } from "#test/support/usage";

let api: Api;

const start = async (clockAt: string): Promise<void> => {
  api = await sandbox(clockAt);
  await catalog(api);
  await Promise.all([
    publishPlan(api, "basic", [flat("base", "100.00")]),
    publishPlan(api, "annual", [flat("base", "1200.00")], { interval: "year" }),
    publishPlan(api, "arrears", [flat("base", "100.00", "in_arrears")]),
    publishPlan(api, "pro", [flat("base", "99.00"), usage("calls", "0.10")]),
  ]);
};

/** Of each invoice: its total, and the first and last day of its lines. */
const billed = async (key: string) => (await api.invoices(key)).map(({ total, lines }) => [total, ...periodsOf(lines)]);
const periodsOf = (lines: Parameters<typeof linesOf>[0]["lines"]) => linesOf({ lines }).map(([, , , , from, to]) => `${from} – ${to}`);

describe("periods", () => {
  it("anchored on the 31st come from the anchor, never from the period before", async () => {
    await start("2026-01-31T00:00:00Z");
    await subscribe(api, "ada", "basic", { billing_anchor: { day: 31 } });

    await api.advance("2026-05-31T00:00:00Z");

    expect(await billed("ada")).toEqual([
      [10_000, "2026-01-31 – 2026-02-28"],
      [10_000, "2026-02-28 – 2026-03-31"],
      [10_000, "2026-03-31 – 2026-04-30"],
      [10_000, "2026-04-30 – 2026-05-31"],
      [10_000, "2026-05-31 – 2026-06-30"],
    ]);
  });

  it("that a start cuts short are billed by their days of the whole period", async () => {
    await start("2026-01-15T08:00:00Z");
    await subscribe(api, "ada", "basic", { billing_anchor: { day: 31 } });

    await api.advance("2026-01-31T00:00:00Z");

    // From 31 December to 31 January are 31 days, 16 of them are left: 10000 − round(10000 × 15/31).
    expect(await billed("ada")).toEqual([
      [5_161, "2026-01-15 – 2026-01-31"],
      [10_000, "2026-01-31 – 2026-02-28"],
    ]);
  });

  it("of a year begin on the same day, and a 29 February comes back in leap years", async () => {
    await start("2024-02-29T00:00:00Z");
    await subscribe(api, "ada", "annual");

    await api.advance("2028-02-29T00:00:00Z");

    expect(await billed("ada")).toEqual([
      [120_000, "2024-02-29 – 2025-02-28"],
      [120_000, "2025-02-28 – 2026-02-28"],
      [120_000, "2026-02-28 – 2027-02-28"],
      [120_000, "2027-02-28 – 2028-02-29"],
      [120_000, "2028-02-29 – 2029-02-28"],
    ]);
  });

  it("begin at the customer's midnight, also where clocks change on the way", async () => {
    await start("2026-03-01T05:00:00Z");
    await customer(api, "ada", { time_zone: "America/New_York" });
    await api.post("/v1/subscriptions", { customer: "ada", plan: "basic" });

    await api.advance("2026-04-01T04:00:00Z");

    expect(await billed("ada")).toEqual([
      [10_000, "2026-03-01T05:00:00Z – 2026-04-01T04:00:00Z"],
      [10_000, "2026-04-01T04:00:00Z – 2026-05-01T04:00:00Z"],
    ]);
  });

  it("that are over when a subscription is created are billed at once", async () => {
    await start("2026-04-10T00:00:00Z");
    await subscribe(api, "ada", "basic", { start_on: "2026-02-01" });

    await api.settle();

    expect(await billed("ada")).toEqual([[30_000, "2026-02-01 – 2026-03-01", "2026-03-01 – 2026-04-01", "2026-04-01 – 2026-05-01"]]);
  });

  it("in the future are not billed before they begin", async () => {
    await start("2026-01-10T00:00:00Z");
    const { status } = await subscribe(api, "ada", "basic", { start_on: "2026-02-01" });
    await api.advance("2026-01-31T23:59:59.999Z");
    expect([status, await billed("ada")]).toEqual(["scheduled", []]);

    await api.advance("2026-02-01T00:00:00Z");

    expect(await billed("ada")).toEqual([[10_000, "2026-02-01 – 2026-03-01"]]);
  });

  it("in arrears are billed when they end", async () => {
    await start("2026-01-01T00:00:00Z");
    await subscribe(api, "ada", "arrears");
    await api.advance("2026-01-31T23:59:59.999Z");
    expect(await billed("ada")).toEqual([]);

    await api.advance("2026-02-01T00:00:00Z");

    expect(await billed("ada")).toEqual([[10_000, "2026-01-01 – 2026-02-01"]]);
  });
});

describe("a subscription canceled in January", () => {
  let subscription: WireSubscription;

  beforeEach(async () => {
    await start("2026-01-01T00:00:00Z");
    subscription = await subscribe(api, "ada", "pro");
    await api.advance("2026-01-20T00:00:00Z");
    subscription = await api.post<WireSubscription>(`/v1/subscriptions/${subscription.id}/cancel`, {});
  });

  it("goes on until the period ends, and is canceled then", async () => {
    expect([subscription.status, subscription.end_at]).toEqual(["active", "2026-02-01T00:00:00Z"]);

    await api.advance("2026-02-01T00:00:00Z");

    expect((await api.get<WireSubscription>(`/v1/subscriptions/${subscription.id}`)).status).toBe("canceled");
  });

  it("bills its last usage, up to the last instant and not an instant more, and never again", async () => {
    await api.advance("2026-01-31T23:30:00Z");
    await api.record([...calls("ada", 7, "2026-01-31T23:59:59.999Z"), ...calls("ada", 5, "2026-02-01T00:00:00Z")]);

    await api.advance("2026-06-01T00:00:00Z");

    expect((await api.invoices("ada")).map((invoice) => [invoice.status, linesOf(invoice)])).toEqual([
      ["paid", [["base", "charge", "1", 9_900, "2026-01-01", "2026-02-01"]]],
      ["paid", [["calls", "usage", "7", 70, "2026-01-01", "2026-02-01"]]],
    ]);
  });

  it("cannot be canceled again, nor changed once it has ended", async () => {
    expect((await api.answer("POST", `/v1/subscriptions/${subscription.id}/cancel`, {})).code).toBe("already_canceled");
    await api.advance("2026-02-01T00:00:00Z");
    expect((await api.answer("POST", `/v1/subscriptions/${subscription.id}/change`, { plan: "basic" })).code).toBe("not_active");
  });
});
