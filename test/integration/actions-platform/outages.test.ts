import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox, type WireCheck, type WireEvents } from "#test/support/api";
import { catalog, customer, flat, publishPlan, seats, subscribe, usage } from "#test/support/catalog";
import { used } from "#test/support/ledgers";
import { Platform } from "#test/support/platform";
import { steered } from "#test/support/steered-database";
import { calls, linesOf } from "#test/support/usage";
import type { Bindings } from "#worker/env";

const AT = "2026-01-01T00:00:00Z";
let api: Api;

beforeEach(async () => {
  api = await sandbox(AT);
  await catalog(api);
  await publishPlan(api, "metered", [usage("calls", "0.10"), seats("seats", "0.00")], {
    entitlements: [{ feature: "calls", limit: "100", reset: "billing_period" }],
  });
});

const gone = (): Promise<never> => Promise.reject(new Error("gone"));
const withoutWrites = () => api.through(new Platform({ DB: steered(env.DB, { onBatch: gone }) }));
const withoutLedgers = () => {
  const ledger = new Proxy({}, { get: () => gone });
  const LEDGER = { idFromName: (name: string) => env.LEDGER.idFromName(name), get: () => ledger } as unknown as Bindings["LEDGER"];
  return api.through(new Platform({ LEDGER }));
};
/** What the object's alarm sends while it has something to tell. */
const hearLedger = () => api.platform.deliver([{ kind: "ledger_facts", environment: api.environment, customer_key: "ada" }]);
const unmatched = async () => (await api.get<{ data: { count: number }[] }>("/v1/events/unmatched")).data.map(({ count }) => count);

describe("while the database takes no writes", () => {
  it("events are taken as ever, and what their ledger has to tell waits until it does", async () => {
    const { body } = await withoutWrites().answer<WireEvents>("POST", "/v1/events", calls("ada", 3, AT));
    expect([body.accepted, body.unavailable, await unmatched()]).toEqual([3, 0, []]);

    await hearLedger();
    await hearLedger();

    expect(await unmatched()).toEqual([3]);
  });

  it("usage that comes late is not forgotten", async () => {
    await subscribe(api, "ada", "metered");
    await api.advance("2026-02-03T00:00:00Z");
    await withoutWrites().answer("POST", "/v1/events", calls("ada", 5, "2026-01-25T00:00:00Z"));
    await hearLedger();

    await api.advance("2026-03-02T00:00:00Z");

    const lines = (await api.invoices("ada")).flatMap(linesOf).filter(([price]) => price === "calls");
    expect(lines.map(([, , quantity, amount, from]) => [quantity, amount, from])).toEqual([
      ["0", 0, "2026-01-01"],
      ["5", 50, "2026-01-01"],
      ["0", 0, "2026-02-01"],
    ]);
  });
});

it("late usage that meets another change of its subscription is written down all the same", async () => {
  const { id } = await subscribe(api, "ada", "metered");
  await api.advance("2026-02-03T00:00:00Z");
  let changed = false;
  const onBatch = async (statements: readonly D1PreparedStatement[]) => {
    if (!changed) {
      changed = true;
      await api.post(`/v1/subscriptions/${id}/change`, { quantities: { seats: "2" }, billing: "next_invoice" });
    }
    return statements;
  };
  await api.through(new Platform({ DB: steered(env.DB, { onBatch }) })).record(calls("ada", 5, "2026-01-25T00:00:00Z"));

  await api.advance("2026-03-02T00:00:00Z");

  expect((await api.invoices("ada")).flatMap(linesOf)).toContainEqual(["calls", "usage", "5", 50, "2026-01-01", "2026-02-01"]);
});

describe("while a ledger cannot be reached", () => {
  it("its events are unavailable, to be sent again, and nobody else's are", async () => {
    const { status, body } = await withoutLedgers().answer<WireEvents>("POST", "/v1/events", calls("ada", 2, AT));
    expect([status, body.unavailable, body.accepted]).toEqual([503, 2, 0]);

    expect((await api.record(calls("ada", 2, AT))).accepted).toBe(2);
  });

  it("a subscription is made, and the ledger hears of its contract when it can", async () => {
    await customer(api, "ada");
    const made = await withoutLedgers().answer("POST", "/v1/subscriptions", { customer: "ada", plan: "metered" });
    expect(made.status).toBe(201);
    const check = () => api.post<WireCheck>("/v1/check", { customer: "ada", feature: "calls" });
    expect(await check()).toMatchObject({ allowed: false, code: "not_entitled" });
    await api.record(calls("ada", 4, AT));

    await api.settle();

    expect(await check()).toMatchObject({ allowed: true, used: "4", remaining: "96" });
  });

  it("its invoice waits, and is issued with all its usage when it can", async () => {
    await publishPlan(api, "basic", [flat("base", "10.00")]);
    await subscribe(api, "ada", "metered");
    await subscribe(api, "bob", "basic");
    await api.record(calls("ada", 4, AT));
    await api.advance("2026-02-01T00:00:00Z");
    const draft = (await api.invoices("ada")).find(({ status }) => status === "draft");

    expect((await withoutLedgers().answer("POST", `/v1/invoices/${draft?.id}/issue`)).status).toBe(500);
    await api.record(calls("ada", 5, AT));
    await api.advance("2026-02-02T00:00:00Z");

    const issued = (await api.invoices("ada")).find(({ id }) => id === draft?.id);
    expect([issued?.status, issued?.total, await used(api, "ada")]).toEqual(["paid", 50, "0"]);
  });
});
