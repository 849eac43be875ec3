import { evictDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox, type WireEvent } from "#test/support/api";
import { catalog, customer, publishPlan, subscribe, usage } from "#test/support/catalog";
import { ledgerOf, metered, used } from "#test/support/ledgers";
import { calls, linesOf } from "#test/support/usage";

type Unmatched = { readonly customer: string; readonly reason: string; readonly event_type: string; readonly count: number };

let api: Api;

beforeEach(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "metered", [usage("calls", "0.10")], {
    entitlements: [{ feature: "calls", limit: "100", reset: "billing_period" }],
  });
});

const AT = "2026-01-01T00:00:00Z";
const unmatched = async () =>
  (await api.get<{ data: Unmatched[] }>("/v1/events/unmatched")).data.map(({ customer: key, reason, event_type, count }) => [
    key,
    reason,
    event_type,
    count,
  ]);
const uploads = (count: number): WireEvent[] => calls("ada", count, AT, "upload").map((event) => ({ ...event, type: "upload" }));

describe("usage of a customer that does not exist yet", () => {
  it("is taken, flagged and listed", async () => {
    const { accepted, results } = await api.record(calls("ada", 3, AT));

    expect([accepted, results.map((result) => result.unmatched)]).toEqual([3, ["customer", "customer", "customer"]]);
    expect(await unmatched()).toEqual([["ada", "customer", "call", 3]]);
  });

  it("is listed once however often it is sent", async () => {
    await api.record(calls("ada", 3, AT));
    await api.record(calls("ada", 4, AT));
    await api.record(calls("ada", 4, AT));

    expect(await unmatched()).toEqual([["ada", "customer", "call", 4]]);
  });

  it("is counted, billed and no longer listed when the customer is created and subscribes", async () => {
    await api.record(calls("ada", 3, AT));
    await evictDurableObject(ledgerOf(api, "ada"));

    await subscribe(api, "ada", "metered");
    await api.record(calls("ada", 5, AT));

    expect([await used(api, "ada"), await unmatched()]).toEqual(["5", []]);
    await api.advance("2026-02-02T00:00:00Z");
    expect((await api.invoices("ada")).flatMap(linesOf)).toEqual([["calls", "usage", "5", 50, "2026-01-01", "2026-02-01"]]);
  });

  it("is its own environment's: the same key elsewhere knows nothing of it", async () => {
    await api.record(calls("ada", 3, AT));
    const other = await sandbox(AT);
    await catalog(other);
    await customer(other, "ada");

    expect(await metered(other, "ada", "calls", "2026-01-01", "2026-02-01")).toBe("0");
    expect((await other.get<{ data: Unmatched[] }>("/v1/events/unmatched")).data).toEqual([]);
  });
});

describe("usage of a type that no meter counts yet", () => {
  it("is taken, flagged and listed", async () => {
    await subscribe(api, "ada", "metered");

    const { results } = await api.record(uploads(2));

    expect(results.map((result) => result.unmatched)).toEqual(["type", "type"]);
    expect(await unmatched()).toEqual([["ada", "type", "upload", 2]]);
  });

  it("is counted and no longer listed when a meter for it is made", async () => {
    await subscribe(api, "ada", "metered");
    await api.record(uploads(2));
    await evictDurableObject(ledgerOf(api, "ada"));

    await api.post("/v1/meters", { key: "uploads", name: "Uploads", event_type: "upload", aggregation: "count" });
    const { results } = await api.record(uploads(3));

    expect(results.map(({ status }) => status)).toEqual(["duplicate", "duplicate", "accepted"]);
    expect(await metered(api, "ada", "uploads", "2026-01-01", "2026-02-01")).toBe("3");
    expect(await unmatched()).toEqual([]);
  });

  it("is billed when the meter, a price on it and the subscription come after it", async () => {
    await customer(api, "ada");
    await api.record(uploads(2));
    await api.post("/v1/meters", { key: "uploads", name: "Uploads", event_type: "upload", aggregation: "count" });
    const price = { key: "uploads", product: "app", name: "Uploads", kind: "usage", meter: "uploads" };
    await publishPlan(api, "storage", [{ ...price, model: { type: "per_unit", unit_amount: "0.50" } }]);
    await api.post("/v1/subscriptions", { customer: "ada", plan: "storage" });

    await api.advance("2026-02-02T00:00:00Z");

    expect((await api.invoices("ada")).flatMap(linesOf)).toEqual([["uploads", "usage", "2", 100, "2026-01-01", "2026-02-01"]]);
  });

  it("counts for a meter made later beside one that counts it already, from the first event on", async () => {
    await subscribe(api, "ada", "metered");
    await api.record(calls("ada", 4, AT));

    await api.post("/v1/meters", { key: "again", name: "Again", event_type: "call", aggregation: "count" });

    expect([await metered(api, "ada", "again", "2026-01-01", "2026-02-01"), await used(api, "ada")]).toEqual(["4", "4"]);
  });
});
