import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Api, live, sandbox, type WireInvoice } from "#test/support/api";
import { catalog, flat, publishPlan, subscribe, usage } from "#test/support/catalog";
import { Platform } from "#test/support/platform";
import { steered } from "#test/support/steered-database";
import { calls, linesOf } from "#test/support/usage";

const issue = (api: Api, { id }: { id: string }) => api.answer<WireInvoice>("POST", `/v1/invoices/${id}/issue`);

/** A customer whose January is closed and waits, as a draft, for late usage. */
async function januaryDraft(api: Api, customer: string): Promise<WireInvoice> {
  const [draft] = await api.invoices(customer);
  if (draft?.status !== "draft") throw new Error("there is no draft");
  return await api.get<WireInvoice>(`/v1/invoices/${draft.id}`);
}

describe("in a sandbox", () => {
  let api: Api;

  beforeEach(async () => {
    api = await sandbox("2026-01-01T00:00:00Z");
    await catalog(api);
    await publishPlan(api, "metered", [usage("calls", "0.10")]);
  });

  it("the numbers of invoices issued at once are 1 to 20, none missing and none twice", { timeout: 120_000 }, async () => {
    const customers = Array.from({ length: 20 }, (_, index) => `customer-${index + 1}`);
    await Promise.all(customers.map((customer) => subscribe(api, customer, "metered")));
    await api.advance("2026-02-01T00:00:00Z");
    const drafts = await Promise.all(customers.map((customer) => januaryDraft(api, customer)));

    const issued = await Promise.all(drafts.map((draft) => issue(api, draft)));

    expect(issued.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    const numbers = issued.map(({ body }) => body.number ?? "").sort();
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => `INV-2026-${String(index + 1).padStart(4, "0")}`));
  });

  it("of two calls that issue the same draft one does, and the other is told", async () => {
    await subscribe(api, "ada", "metered");
    await api.advance("2026-02-01T00:00:00Z");
    const draft = await januaryDraft(api, "ada");

    const answers = await Promise.all([issue(api, draft), issue(api, draft)]);
    const later = await issue(api, draft);

    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([null, "already_issued"]));
    expect(later.code).toBe("already_issued");
    expect((await api.invoices("ada")).map(({ number }) => number)).toEqual(["INV-2026-0001"]);
  });

  it("two calls under the same Idempotency-Key issue it once, and both get the same answer", async () => {
    await subscribe(api, "ada", "metered");
    await api.advance("2026-02-01T00:00:00Z");
    const draft = await januaryDraft(api, "ada");
    const call = () => api.answer<WireInvoice>("POST", `/v1/invoices/${draft.id}/issue`, undefined, { "idempotency-key": "issue" });

    const [first, second] = await Promise.all([call(), call()]);

    expect([first.status, second.status, second.body]).toEqual([200, 200, first.body]);
  });

  it("what was issued is not billed again: the next invoice has the next period only", async () => {
    await subscribe(api, "ada", "metered");
    await api.record(calls("ada", 12, "2026-01-01T00:00:00Z"));
    await api.advance("2026-02-01T00:00:00Z");
    await issue(api, await januaryDraft(api, "ada"));

    await api.advance("2026-03-02T00:00:00Z");

    expect((await api.invoices("ada")).map(linesOf)).toEqual([
      [["calls", "usage", "12", 120, "2026-01-01", "2026-02-01"]],
      [["calls", "usage", "0", 0, "2026-02-01", "2026-03-01"]],
    ]);
  });

  it("an issued invoice never changes, whatever becomes of usage, plan and customer", async () => {
    await publishPlan(api, "other", [flat("base", "50.00"), usage("calls", "9.00")]);
    const { id: subscription } = await subscribe(api, "ada", "metered");
    await api.record(calls("ada", 12, "2026-01-01T00:00:00Z"));
    await api.advance("2026-02-02T00:00:00Z");
    const [first] = await api.invoices("ada");
    expect(first).toMatchObject({ status: "paid", total: 120, buyer: { name: "Customer ada" } });

    await env.DB.prepare("UPDATE customer SET name = 'Another name' WHERE key = 'ada'").run();
    await api.record(calls("ada", 3, "2026-01-31T23:59:59.999Z", "late"));
    await api.post(`/v1/subscriptions/${subscription}/change`, { plan: "other" });
    await api.advance("2026-04-02T00:00:00Z");

    expect((await api.invoices("ada"))[0]).toEqual(first);
  });

  it("an issue that failed half way gives the same quantities again, and what came in between is billed next", async () => {
    await subscribe(api, "ada", "metered");
    await api.record(calls("ada", 5, "2026-01-01T00:00:00Z"));
    await api.advance("2026-02-01T00:00:00Z");
    const draft = await januaryDraft(api, "ada");
    const broken = new Platform({ DB: steered(env.DB, { onBatch: () => Promise.reject(new Error("the database went away")) }) });
    expect((await issue(api.through(broken), draft)).status).toBe(500);

    await api.record(calls("ada", 2, "2026-01-31T00:00:00Z", "late"));
    const { body: issued } = await issue(api, draft);
    await api.advance("2026-03-02T00:00:00Z");

    expect(linesOf(issued)).toEqual([["calls", "usage", "5", 50, "2026-01-01", "2026-02-01"]]);
    expect(linesOf((await api.invoices("ada"))[1] ?? { lines: [] })).toEqual([
      ["calls", "usage", "2", 20, "2026-01-01", "2026-02-01"],
      ["calls", "usage", "0", 0, "2026-02-01", "2026-03-01"],
    ]);
  });
});

describe("in a live environment", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-01T00:00:00Z") }));
  afterEach(() => void vi.useRealTimers());

  it("a number is not given twice by two calls on both sides of New Year", async () => {
    const api = await live();
    await catalog(api);
    await publishPlan(api, "metered", [usage("calls", "0.10")]);
    for (const customer of ["ada", "bob"]) await subscribe(api, customer, "metered");
    vi.setSystemTime(Date.parse("2026-12-01T00:00:00Z"));
    await api.platform.tick();
    await api.platform.deliverAll();
    const [ada, bob] = [await januaryDraft(api, "ada"), await januaryDraft(api, "bob")];

    vi.setSystemTime(Date.parse("2026-12-31T23:59:59.999Z"));
    let bobs: Promise<{ body: WireInvoice }> | null = null;
    const DB = steered(env.DB, {
      onBatch: async (statements) => {
        vi.setSystemTime(Date.parse("2027-01-01T00:00:00Z"));
        await (bobs ??= issue(api, bob));
        return statements;
      },
    });
    const { body: adas } = await issue(api.through(new Platform({ DB })), ada);

    expect((await (bobs as unknown as Promise<{ body: WireInvoice }>)).body.number).toBe("INV-2027-0001");
    expect(adas.number).toBe("INV-2027-0002");
  });
});
