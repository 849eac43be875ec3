import { describe, expect, it } from "vitest";
import { drainRollups } from "#actions/usage/drain-rollups";
import { type Api, sandbox } from "#test/support/api";
import { customer } from "#test/support/catalog";
import { contextFor } from "#test/support/context";
import { rollupsOf } from "#test/support/rollups";

async function world(): Promise<Api> {
  const api = await sandbox("2026-03-01T00:00:00Z");
  await api.post("/v1/meters", { key: "m", name: "m", event_type: "e", aggregation: "sum", value_property: "v" });
  await customer(api, "acme");
  await api.advance("2026-03-10T00:00:00Z");
  return api;
}

const of = (id: string, time: string, properties: object, type = "e") => ({ id, source: "t", type, customer: "acme", time, properties });
const total = async (api: Api): Promise<string[]> =>
  (await api.get<{ data: { value: string }[] }>("/v1/meters/m/query?customer=acme")).data.map(({ value }) => value);

async function backfill(api: Api, events: readonly object[]): Promise<{ id: string; results: { status: string; unmatched?: string }[] }> {
  const range = { from: "2026-03-02T00:00:00Z", to: "2026-03-04T00:00:00Z", mode: "add" };
  const { id } = await api.post<{ id: string }>("/v1/backfills", range);
  const { results } = await api.post<{ results: { status: string; unmatched?: string }[] }>(`/v1/backfills/${id}/events`, events);
  await api.post(`/v1/backfills/${id}/close`);
  return { id, results };
}

describe("an event", () => {
  it("may have properties named as what every object has", async () => {
    const api = await world();
    const properties = JSON.parse('{"v": 1, "constructor": "Acme Builders", "toString": 1, "__proto__": 2, "valueOf": null}') as object;

    const { accepted } = await api.record([
      of("a", "2026-03-05T00:00:00Z", { v: 1 }),
      of("b", "2026-03-05T00:00:00Z", properties),
    ] as never);

    expect([accepted, await total(api)]).toEqual([2, ["2"]]);
  });

  it("sent twice in one call while a backfill holds it counts once when that is taken back", async () => {
    const api = await world();
    const event = of("x", "2026-03-03T00:00:00Z", { v: 10 });
    const { id } = await backfill(api, [event]);
    await api.record([event, event] as never);

    await api.post(`/v1/backfills/${id}/revert`);

    expect(await total(api)).toEqual(["10"]);
  });

  it("that was voided stays voided when the backfill that held it is taken back", async () => {
    const api = await world();
    const event = of("x", "2026-03-03T00:00:00Z", { v: 10 });
    const { id } = await backfill(api, [event]);
    await api.record([event] as never);
    await api.post("/v1/events/void", { customer: "acme", id: "x", source: "t" });

    await api.post(`/v1/backfills/${id}/revert`);

    expect(await total(api)).toEqual(["0"]);
  });

  it("of a backfill that nobody can read is told and listed, as any other", async () => {
    const api = await world();

    const { results } = await backfill(api, [
      of("x", "2026-03-03T00:00:00Z", { v: "not a number" }),
      of("y", "2026-03-03T00:00:00Z", { v: 1 }, "unknown"),
    ]);
    await api.settle();

    expect(results.map(({ status, unmatched }) => [status, unmatched])).toEqual([
      ["accepted", "value"],
      ["accepted", "type"],
    ]);
    const { data } = await api.get<{ data: { reason: string; count: number }[] }>("/v1/events/unmatched");
    expect(data.map(({ reason, count }) => [reason, count])).toEqual([
      ["type", 1],
      ["value", 1],
    ]);
  });
});

describe("rollups", () => {
  it("forget an hour that loses all it had", async () => {
    const api = await world();
    await api.record([of("a", "2026-03-05T00:00:00Z", { v: 1 })] as never);
    const { id } = await backfill(api, [of("x", "2026-03-03T00:00:00Z", { v: 10 })]);
    await api.settle();
    await drainRollups(await contextFor(api), { customerKey: "acme" });
    const before = await rollupsOf(api, "m", { ofGroups: false });

    await api.post(`/v1/backfills/${id}/revert`);
    await api.settle();
    await drainRollups(await contextFor(api), { customerKey: "acme" });

    expect(JSON.stringify(before)).toContain('"10"');
    expect(JSON.stringify(await rollupsOf(api, "m", { ofGroups: false }))).not.toContain('"10"');
  });
});

describe("a meter", () => {
  it("taken from the archive and changed while a ledger heard of neither counts all that it should", async () => {
    const api = await world();
    await api.record([of("a", "2026-03-09T00:00:00Z", { v: 1 })] as never);
    await api.post("/v1/meters/m/archive");
    await api.record([of("b", "2026-03-10T00:00:00Z", { v: 10 })] as never);
    await api.post("/v1/meters/m/unarchive");
    await api.advance("2026-03-12T00:00:00Z");
    await api.post("/v1/meters/m/change", { filters: [{ property: "v", operator: "exists", value: true }] });
    await api.record([of("c", "2026-03-12T00:00:00Z", { v: 100 })] as never);

    const kept = await api.get<{ data: { value: string }[] }>("/v1/meters/m/query?customer=acme&from=2026-03-01&to=2026-03-13");
    expect(kept.data.map(({ value }) => value)).toEqual(["111"]);
    expect(await total(api)).toEqual(["111"]);
  });
});
