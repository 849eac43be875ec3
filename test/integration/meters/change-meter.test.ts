import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox } from "#test/support/api";
import { usageOf } from "#test/support/context";
import { catalog, customer, publishPlan, usage } from "#test/support/catalog";

let api: Api;
beforeEach(async () => {
  api = await sandbox("2026-03-01T00:00:00Z");
});

const meter = { key: "calls", name: "Calls", event_type: "call", aggregation: "count" };
type Meter = { name: string; definitions: { from: string }[]; archived_at: string | null };

describe("a change", () => {
  it("of what people read counts at once and makes no new definition", async () => {
    await api.post("/v1/meters", meter);
    const changed = await api.post<Meter>("/v1/meters/calls/change", { name: "API calls", unit: "call", display_scale: 0, late: "reject" });
    expect(changed).toMatchObject({ name: "API calls", unit: "call", display_scale: 0, late: "reject" });
    expect(changed.definitions).toHaveLength(1);
    expect(await api.post("/v1/meters/calls/change", { unit: null })).toMatchObject({ name: "API calls", unit: null });
  });

  it("of how events are read is a definition of its own from now on; the one before stays", async () => {
    await api.post("/v1/meters", { ...meter, aggregation: "sum", value_property: "n" });
    await api.advance("2026-03-10T00:00:00Z");
    const filters = [{ property: "region", operator: "in", values: ["eu"] }];
    await api.post("/v1/meters/calls/change", { filters, dimensions: ["region"], value_expression: "n * 2" });
    expect((await api.get<Meter>("/v1/meters/calls")).definitions).toEqual([
      { from: "1970-01-01T00:00:00Z", value_property: "n", value_expression: null, filters: [], dimensions: [] },
      { from: "2026-03-10T00:00:00Z", value_property: null, value_expression: "n * 2", filters, dimensions: ["region"] },
    ]);
  });

  it("is previewed without being made", async () => {
    await api.post("/v1/meters", meter);
    expect(await api.post("/v1/meters/calls/change?preview=true", { name: "Other" })).toMatchObject({ name: "Other" });
    expect(await api.get("/v1/meters/calls")).toMatchObject({ name: "Calls" });
  });

  it("to a value the meter cannot read is refused, and a count has none", async () => {
    await api.post("/v1/meters", { ...meter, aggregation: "sum", value_property: "n" });
    expect((await api.answer("POST", "/v1/meters/calls/change", { value_expression: "n +" })).code).toBe("invalid_meter");
    await api.post("/v1/meters", { ...meter, key: "counted" });
    expect((await api.answer("POST", "/v1/meters/counted/change", { value_property: "n" })).code).toBe("unknown_field");
  });

  it("of a meter nobody has is not found", async () => {
    expect((await api.answer("POST", "/v1/meters/none/change", { name: "x" })).status).toBe(404);
  });
});

describe("an archived meter", () => {
  it("says since when, changes no more, and cannot be archived twice", async () => {
    await api.post("/v1/meters", meter);
    expect(await api.post("/v1/meters/calls/archive")).toMatchObject({ archived_at: "2026-03-01T00:00:00Z" });
    expect((await api.answer("POST", "/v1/meters/calls/archive")).code).toBe("already_archived");
    expect((await api.answer("POST", "/v1/meters/calls/change", { dimensions: ["a"] })).code).toBe("archived");
  });

  it("counts nothing from then on, keeps what it counted, and counts what was kept when it is taken back", async () => {
    await api.post("/v1/meters", meter);
    await customer(api, "acme");
    const events = (name: string, time: string) => [{ id: name, source: "t", type: "call", customer: "acme", time }];
    expect(await api.post("/v1/events", events("before", "2026-02-28T00:00:00Z"))).toMatchObject({ accepted: 1, unmatched: 0 });
    await api.post("/v1/meters/calls/archive");
    expect(await api.post("/v1/events", events("after", "2026-03-01T00:00:00Z"))).toMatchObject({ accepted: 1 });
    expect(await usageOf(api, "acme", "calls")).toBe("1");
    await api.post("/v1/meters/calls/unarchive");
    expect(await usageOf(api, "acme", "calls")).toBe("2");
    expect((await api.answer("POST", "/v1/meters/calls/unarchive")).code).toBe("not_archived");
  });

  it("is refused to a plan that prices by it and to a feature that is limited by it", async () => {
    await api.post("/v1/meters", meter);
    await api.post("/v1/meters/calls/archive");
    await api.post("/v1/products", { key: "app", name: "App" });
    const plan = { key: "pro", name: "Pro", currency: "USD", interval: "month", prices: [usage("calls", "1")] };
    expect((await api.answer("POST", "/v1/plans", plan)).code).toBe("invalid_plan");
    const feature = { key: "calls", name: "Calls", type: "metered", meter: "calls" };
    expect((await api.answer("POST", "/v1/features", feature)).code).toBe("unknown_meter");
  });

  it("is one that no plan and no feature uses", async () => {
    await catalog(api);
    expect((await api.answer("POST", "/v1/meters/calls/archive")).code).toBe("meter_in_use");
    await publishPlan(api, "pro", [usage("tokens", "1")]);
    expect((await api.answer("POST", "/v1/meters/tokens/archive")).code).toBe("meter_in_use");
  });
});

describe("a meter made after its events", () => {
  const events = ["a", "b"].map((id) => ({ id, source: "t", type: "call", customer: "acme", time: "2026-02-27T00:00:00Z" }));
  it("counts what is stored", async () => {
    await customer(api, "acme");
    await api.post("/v1/events", events);
    await api.post("/v1/meters", meter);
    expect(await usageOf(api, "acme", "calls")).toBe("2");
  });

  it("counts only from now on when it is told so", async () => {
    await customer(api, "acme");
    await api.post("/v1/events", events);
    await api.post("/v1/meters", { ...meter, backfill: false });
    await api.post("/v1/events", [{ ...events[0], id: "c", time: "2026-03-01T00:00:00Z" }]);
    expect(await usageOf(api, "acme", "calls")).toBe("1");
  });
});
