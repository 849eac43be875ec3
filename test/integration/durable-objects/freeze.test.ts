import { evictDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import type { Id } from "#domain/ids";
import { type Api, sandbox, type WireSubscription } from "#test/support/api";
import { catalog, publishPlan, subscribe, usage } from "#test/support/catalog";
import { ledgerOf } from "#test/support/ledgers";
import { calls, linesOf } from "#test/support/usage";

let api: Api;
let subscription: WireSubscription;

/** January is over and drafted, but not issued yet. */
beforeEach(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "metered", [usage("calls", "0.10")]);
  await publishPlan(api, "premium", [usage("calls", "0.50")]);
  subscription = await subscribe(api, "ada", "metered");
  await api.advance("2026-01-20T00:00:00Z");
  await api.record(calls("ada", 10, "2026-01-20T00:00:00Z"));
});

/** Fixes January's calls under an invoice, as issuing it does first. */
async function freeze(invoice: string): Promise<readonly string[]> {
  const keys = [{ subscription: subscription.id as Id<"subscription">, meter: "calls", start: Date.parse("2026-01-01T00:00:00Z") }];
  const call = { now: Date.parse("2026-02-01T00:00:00Z"), catalogVersion: 0, keys, invoice: invoice as Id<"invoice"> };
  const answer = await ledgerOf(api, "ada").freeze(call);
  if (answer.kind !== "usage") throw new Error(`the ledger answered ${answer.kind}`);
  return answer.quantities;
}

describe("what an invoice froze", () => {
  it("is the same for ever under the same invoice, whatever came since", async () => {
    await api.advance("2026-02-01T00:00:00Z");
    expect(await freeze("inv_1")).toEqual(["10"]);
    await api.record(calls("ada", 3, "2026-01-25T00:00:00Z"));
    await evictDurableObject(ledgerOf(api, "ada"));

    expect([await freeze("inv_1"), await freeze("inv_1")]).toEqual([["10"], ["10"]]);
  });

  it("is nothing to another invoice: that gets what there is now", async () => {
    await api.advance("2026-02-01T00:00:00Z");
    await freeze("inv_1");
    await api.record(calls("ada", 3, "2026-01-25T00:00:00Z"));

    expect(await freeze("inv_2")).toEqual(["13"]);
  });

  it("is frozen once by calls that come at the same moment as new usage: no event is on both sides or on none", async () => {
    await api.advance("2026-02-01T12:00:00Z");
    const draft = (await api.invoices("ada"))[0];
    const late = calls("ada", 40, "2026-01-25T00:00:00Z");
    const recording = late.map((event) => api.record([event]));
    const issuing = api.answer("POST", `/v1/invoices/${draft?.id}/issue`);
    await Promise.all([...recording, issuing]);

    await api.advance("2026-03-02T00:00:00Z");

    const lines = (await api.invoices("ada")).flatMap(linesOf).filter(([, , , , from]) => from === "2026-01-01");
    expect(lines.reduce((sum, [, , quantity]) => sum + Number(quantity), 0)).toBe(50);
    expect(lines.reduce((sum, [, , , amount]) => sum + amount, 0)).toBe(500);
  });
});

describe("terms that change for a time that has passed", () => {
  it("are what its usage is billed by: the ledger counts its log again", async () => {
    await api.record(calls("ada", 4, "2026-01-05T00:00:00Z"));

    await api.post(`/v1/subscriptions/${subscription.id}/change`, { plan: "premium", at: "2026-01-10T00:00:00Z" });
    await api.advance("2026-02-02T00:00:00Z");

    expect((await api.invoices("ada")).flatMap(linesOf)).toEqual([
      ["calls", "usage", "4", 40, "2026-01-01", "2026-01-10"],
      ["calls", "usage", "10", 500, "2026-01-10", "2026-02-01"],
    ]);
  });

  it("of a subscription that begins in the past count what came before it was made", async () => {
    await api.post("/v1/customers", { key: "bob", name: "Bob", currency: "USD", time_zone: "UTC" });
    await api.record(calls("bob", 6, "2026-01-15T00:00:00Z"));

    await api.post("/v1/subscriptions", { customer: "bob", plan: "metered", start_on: "2026-01-10" });
    await api.advance("2026-02-10T00:00:00Z");

    const [first] = (await api.invoices("bob")).filter(({ status }) => status !== "paid");
    expect(first && linesOf(first)).toEqual([["calls", "usage", "6", 60, "2026-01-10", "2026-02-10"]]);
  });
});

describe("a contract", () => {
  it("that is older than the one held is ignored, and the same one again changes nothing", async () => {
    const provision = (version: number) =>
      ledgerOf(api, "ada").provision({
        now: Date.parse("2026-01-20T00:00:00Z"),
        contract: {
          version,
          customer: "cus_x" as Id<"customer">,
          customerKey: "ada",
          environment: api.environment as Id<"environment">,
          subscriptions: [],
          planVersions: [],
        },
      });
    const { version: held } = await provision(0);

    expect([(await provision(held)).version, (await provision(held - 1)).version]).toEqual([held, held]);

    await api.advance("2026-02-02T00:00:00Z");
    expect((await api.invoices("ada")).flatMap(linesOf).map(([, , quantity]) => quantity)).toEqual(["10"]);
  });
});
