import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { sandbox } from "#test/support/api";
import { customer } from "#test/support/catalog";

type Counted = { data: { meter: string; groups: number; groups_max: number }[] };

describe("the groups of a meter", () => {
  it("are counted for each customer, absent values as a value of their own", async () => {
    const api = await sandbox("2026-03-01T00:00:00Z");
    await api.post("/v1/meters", {
      key: "calls",
      name: "Calls",
      event_type: "call",
      aggregation: "count",
      dimensions: ["region", "model"],
    });
    await customer(api, "acme");
    const properties = [{ region: "eu", model: "a" }, { region: "eu", model: "a" }, { region: "eu" }, {}];

    await api.record(properties.map((given, index) => ({ id: `e${index}`, type: "call", customer: "acme", properties: given })));

    expect(await api.get<Counted>("/v1/customers/acme/meter-groups")).toEqual({
      data: [{ meter: "calls", groups: 3, groups_max: 5_000 }],
      next_cursor: null,
    });
  });

  it("are limited: an event that would make one too many is refused with the reason, those of known groups are taken", async () => {
    const api = await sandbox("2026-03-01T00:00:00Z");
    await api.post("/v1/meters", { key: "calls", name: "Calls", event_type: "call", aggregation: "count", dimensions: ["user"] });
    await customer(api, "acme");
    const of = (id: string, user: string) => ({ id, type: "call", customer: "acme", properties: { user } });
    await api.record([of("first", "u0")]);
    const stub = env.LEDGER.get(env.LEDGER.idFromName(`${api.environment}:acme`));
    await runInDurableObject(stub, (_ledger, { storage }) => {
      for (let user = 1; user < 5_000; user++)
        storage.sql.exec("INSERT INTO meter_group (meter, grp) VALUES ('calls', ?)", JSON.stringify({ user: `u${user}` }));
      return undefined;
    });
    await evictDurableObject(stub);

    const { results } = await api.record([of("new", "u5000"), of("known", "u4999")]);

    expect(results.map(({ status, code }) => [status, code])).toEqual([
      ["rejected", "too_many_groups"],
      ["accepted", undefined],
    ]);
    expect((await api.get<Counted>("/v1/customers/acme/meter-groups")).data).toEqual([
      { meter: "calls", groups: 5_000, groups_max: 5_000 },
    ]);
  });
});
