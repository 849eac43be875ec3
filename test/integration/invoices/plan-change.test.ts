import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox, type WireLine, type WireSubscription } from "#test/support/api";
import { catalog, flat, publishPlan, seats, subscribe, usage } from "#test/support/catalog";
import { calls, linesOf } from "#test/support/usage";

type Changed = { readonly subscription: WireSubscription; readonly lines: WireLine[] };

let api: Api;

beforeEach(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await Promise.all([
    publishPlan(api, "basic", [flat("base", "100.00")]),
    publishPlan(api, "pro", [flat("base", "300.00")]),
    publishPlan(api, "team", [seats("seats", "20.00")]),
    publishPlan(api, "metered", [usage("calls", "0.10", "10")]),
    publishPlan(api, "premium", [usage("calls", "0.30", "10")]),
    publishPlan(api, "annual", [flat("base", "1200.00")], { interval: "year" }),
  ]);
});

const change = ({ id }: { id: string }, body: unknown, query = "") => api.post<Changed>(`/v1/subscriptions/${id}/change${query}`, body);

/** All lines of a customer's invoices after the first, invoice by invoice, with each total. */
async function billedAfterStart(customer: string) {
  const [, ...later] = await api.invoices(customer);
  return later.map((invoice) => ({ total: invoice.total, status: invoice.status, lines: linesOf(invoice) }));
}

describe("a change of plan on the 11th of January", () => {
  // 21 of 31 days are left. Billed until the 11th: round(10000 × 10/31) = 3226, round(30000 × 10/31) = 9677.
  it("upward credits the unused days as they were billed and charges the new plan for them, at once", async () => {
    const subscription = await subscribe(api, "ada", "basic");
    await api.advance("2026-01-11T15:30:00Z");

    const { lines } = await change(subscription, { plan: "pro" });
    await api.settle();

    expect(lines.map(({ purpose, amount }) => [purpose, amount])).toEqual([
      ["credit", -6_774],
      ["charge", 20_323],
    ]);
    expect(await billedAfterStart("ada")).toEqual([
      {
        total: 13_549,
        status: "paid",
        lines: [
          ["base", "credit", "1", -6_774, "2026-01-11", "2026-02-01"],
          ["base", "charge", "1", 20_323, "2026-01-11", "2026-02-01"],
        ],
      },
    ]);
  });

  it("bills the new plan whole from the next period on, and nothing of the old one", async () => {
    const subscription = await subscribe(api, "ada", "basic");
    await api.advance("2026-01-11T15:30:00Z");
    await change(subscription, { plan: "pro" });

    await api.advance("2026-02-01T00:00:00Z");

    expect((await billedAfterStart("ada"))[1]).toEqual({
      total: 30_000,
      status: "paid",
      lines: [["base", "charge", "1", 30_000, "2026-02-01", "2026-03-01"]],
    });
  });

  it("downward never bills less than nothing: the credit is used up by the bills that follow", async () => {
    const subscription = await subscribe(api, "ada", "pro");
    await api.advance("2026-01-11T00:00:00Z");
    await change(subscription, { plan: "basic" });
    await api.advance("2026-02-28T00:00:00Z");
    expect((await billedAfterStart("ada")).map(({ status, total }) => [status, total])).toEqual([["draft", -3_549]]);

    await api.advance("2026-03-01T00:00:00Z");

    expect(await billedAfterStart("ada")).toEqual([
      {
        total: 6_451,
        status: "paid",
        lines: [
          ["base", "credit", "1", -20_323, "2026-01-11", "2026-02-01"],
          ["base", "charge", "1", 6_774, "2026-01-11", "2026-02-01"],
          ["base", "charge", "1", 10_000, "2026-02-01", "2026-03-01"],
          ["base", "charge", "1", 10_000, "2026-03-01", "2026-04-01"],
        ],
      },
    ]);
  });

  it("and back at the same instant bills nothing", async () => {
    const subscription = await subscribe(api, "ada", "basic");
    await api.advance("2026-01-11T00:00:00Z");

    await change(subscription, { plan: "pro" });
    await change(subscription, { plan: "basic" });
    await api.settle();

    expect(await billedAfterStart("ada")).toEqual([]);
  });

  it("previewed says what the call will bill, and changes nothing", async () => {
    const subscription = await subscribe(api, "ada", "basic");
    await api.advance("2026-01-11T00:00:00Z");

    const preview = await change(subscription, { plan: "pro" }, "?preview=true");
    await api.settle();
    expect(await billedAfterStart("ada")).toEqual([]);
    const real = await change(subscription, { plan: "pro" });

    expect(preview.lines).toEqual(real.lines);
  });

  it("billed with the next invoice waits for it", async () => {
    const subscription = await subscribe(api, "ada", "basic");
    await api.advance("2026-01-11T00:00:00Z");
    await change(subscription, { plan: "pro", billing: "next_invoice" });
    await api.settle();
    expect(await billedAfterStart("ada")).toEqual([]);

    await api.advance("2026-02-01T00:00:00Z");

    expect((await billedAfterStart("ada")).map(({ total }) => total)).toEqual([43_549]);
  });

  it("to a year begins that year on this day", async () => {
    const subscription = await subscribe(api, "ada", "basic");
    await api.advance("2026-01-11T00:00:00Z");
    await change(subscription, { plan: "annual" });

    await api.advance("2027-01-11T00:00:00Z");

    expect((await billedAfterStart("ada")).map(({ lines }) => lines)).toEqual([
      [
        ["base", "credit", "1", -6_774, "2026-01-11", "2026-02-01"],
        ["base", "charge", "1", 120_000, "2026-01-11", "2027-01-11"],
      ],
      [["base", "charge", "1", 120_000, "2027-01-11", "2028-01-11"]],
    ]);
  });

  it("goes on with the usage of the period: what was included is not given twice", async () => {
    const subscription = await subscribe(api, "ada", "metered");
    await api.record(calls("ada", 8, "2026-01-01T00:00:00Z"));
    await api.advance("2026-01-11T00:00:00Z");
    await change(subscription, { plan: "premium" });
    await api.record(calls("ada", 7, "2026-01-11T00:00:00Z"));

    await api.advance("2026-02-02T00:00:00Z");

    // 10 are included in January: 8 before the change are free, of 7 after it 2 are, and 5 cost 0.30.
    expect((await api.invoices("ada")).map(linesOf)).toEqual([
      [
        ["calls", "usage", "8", 0, "2026-01-01", "2026-01-11"],
        ["calls", "usage", "7", 150, "2026-01-11", "2026-02-01"],
      ],
    ]);
  });
});

describe("a subscription", () => {
  const seen = ({ plan, plan_name, current_period }: WireSubscription) => [plan, plan_name, current_period];

  it("says which plan the customer has, wherever it is told, and begins a stub with itself", async () => {
    const stub = { start: "2026-01-01T00:00:00Z", end: "2026-01-15T00:00:00Z" };
    const subscription = await subscribe(api, "ada", "basic", { billing_anchor: { day: 15 } });
    expect(seen(subscription)).toEqual(["basic", "basic", stub]);

    const changed = await change(subscription, { plan: "pro" });
    expect(seen(changed.subscription)).toEqual(["pro", "pro", stub]);

    const path = `/v1/subscriptions/${subscription.id}`;
    const { data } = await api.get<{ data: WireSubscription[] }>("/v1/subscriptions?customer=ada");
    expect([await api.get<WireSubscription>(path), ...data].map(seen)).toEqual([
      ["pro", "pro", stub],
      ["pro", "pro", stub],
    ]);
    expect(seen(await api.post<WireSubscription>(`${path}/cancel`, {}))).toEqual(["pro", "pro", stub]);
  });
});

describe("a change of seats", () => {
  it("on the 16th credits and charges 16 of 31 days", async () => {
    const subscription = await subscribe(api, "ada", "team", { quantities: { seats: "3" } });
    await api.advance("2026-01-16T00:00:00Z");

    await change(subscription, { quantities: { seats: "5" } });
    await api.advance("2026-02-01T00:00:00Z");

    // Billed until the 16th: round(6000 × 15/31) = 2903, round(10000 × 15/31) = 4839.
    expect(await billedAfterStart("ada")).toEqual([
      {
        total: 2_064,
        status: "paid",
        lines: [
          ["seats", "credit", "3", -3_097, "2026-01-16", "2026-02-01"],
          ["seats", "charge", "5", 5_161, "2026-01-16", "2026-02-01"],
        ],
      },
      { total: 10_000, status: "paid", lines: [["seats", "charge", "5", 10_000, "2026-02-01", "2026-03-01"]] },
    ]);
  });

  it("twice on one day bills the last of them only", async () => {
    const subscription = await subscribe(api, "ada", "team", { quantities: { seats: "3" } });
    await api.advance("2026-01-16T09:00:00Z");
    await change(subscription, { quantities: { seats: "50" }, billing: "next_invoice" });
    await api.advance("2026-01-16T17:00:00Z");

    await change(subscription, { quantities: { seats: "5" } });
    await api.settle();

    expect((await billedAfterStart("ada")).map(({ total }) => total)).toEqual([2_064]);
  });
});
