import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox, type WireInvoice } from "#test/support/api";
import { catalog, customer, publishPlan, subscribe, usage } from "#test/support/catalog";
import { contextFor } from "#test/support/context";
import { calls, linesOf } from "#test/support/usage";
import { audit, event } from "#storage/schema/events";
import { and, eq } from "drizzle-orm";

type Corrected = {
  voided: number;
  amended: number;
  unchanged: number;
  rejected: number;
  results: { index: number; id: string; source: string | null; status: string; code?: string }[];
  effects: { lands_on: string; before: string; after: string; invoice: unknown; lines: unknown[] }[];
};

const MARCH = { start: "2026-03-01T00:00:00Z", end: "2026-04-01T00:00:00Z" };

let api: Api;
let subscription: string;

/** 100 calls in March at 10 cents each. */
beforeEach(async () => {
  api = await sandbox("2026-03-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "pro", [usage("calls", "0.10"), usage("tokens", "0.002")]);
  subscription = (await subscribe(api, "acme", "pro")).id;
  await api.advance("2026-03-06T00:00:00Z");
  await api.record(calls("acme", 100, "2026-03-05T12:00:00Z", "march"));
});

const voidEvent = (id: string, query = "", rest: object = {}): Promise<Corrected> =>
  api.post(`/v1/events/void${query}`, { customer: "acme", id, source: "test", ...rest });
const callsOf = (period: string): Promise<{ data: { value: string }[] }> => api.get(`/v1/meters/calls/query?customer=acme&${period}`);
const billSoFar = async (): Promise<number | undefined> =>
  (await api.get<{ bills: { total: number }[] }>("/v1/customers/acme/upcoming-invoice")).bills[0]?.total;
const oneCallLess = (before: number) => [{ price: "calls", period: MARCH, before, after: before - 10, difference: -10, currency: "USD" }];

describe("voiding an event", () => {
  it("of the open period changes the bill so far, as its preview said", async () => {
    const preview = await voidEvent("march-0", "?preview=true");
    expect(preview).toEqual({
      voided: 1,
      amended: 0,
      unchanged: 0,
      rejected: 0,
      results: [{ index: 0, id: "march-0", source: "test", status: "voided" }],
      effects: [
        {
          subscription,
          meter: "calls",
          period: MARCH,
          before: "100",
          after: "99",
          invoice: null,
          lands_on: "open_period",
          lines: oneCallLess(1_000),
        },
      ],
    });
    expect(await billSoFar()).toBe(1_000);
    expect(await voidEvent("march-0")).toEqual(preview);
    expect(await billSoFar()).toBe(990);
  });

  it("again is unchanged, and changes nothing more", async () => {
    await voidEvent("march-0");
    expect(await voidEvent("march-0")).toMatchObject({ voided: 0, unchanged: 1, effects: [] });
    expect(await billSoFar()).toBe(990);
  });

  it("of a drafted period changes the draft", async () => {
    await api.advance("2026-04-01T00:00:00Z");
    const [draft] = await api.invoices("acme");
    expect([draft?.status, draft?.total]).toEqual(["draft", 1_000]);
    const preview = await voidEvent("march-0", "?preview=true");
    expect(preview.effects).toMatchObject([
      {
        lands_on: "draft",
        invoice: { id: draft?.id, number: null, status: "draft" },
        before: "100",
        after: "99",
        lines: oneCallLess(1_000),
      },
    ]);
    expect((await voidEvent("march-0")).effects).toEqual(preview.effects);
    expect(await api.get<WireInvoice>(`/v1/invoices/${draft?.id}`)).toMatchObject({ status: "draft", total: 990 });
    await api.advance("2026-04-02T00:00:00Z");
    expect(await api.get<WireInvoice>(`/v1/invoices/${draft?.id}`)).toMatchObject({ status: "paid", total: 990 });
  });

  it("of an issued period leaves that invoice and corrects the next, to the cent of its preview", async () => {
    await api.advance("2026-04-02T00:00:00Z");
    const [march] = await api.invoices("acme");
    const preview = await voidEvent("march-0", "?preview=true");
    expect(preview.effects).toMatchObject([
      {
        lands_on: "next_invoice",
        invoice: { id: march?.id, number: "INV-2026-0001", status: "paid" },
        before: "100",
        after: "99",
        lines: oneCallLess(1_000),
      },
    ]);
    expect((await voidEvent("march-0")).effects).toEqual(preview.effects);
    await api.record(calls("acme", 50, "2026-04-02T00:00:00Z", "april"));
    await api.advance("2026-05-02T00:00:00Z");
    const [still, april] = await api.invoices("acme");
    expect([still?.id, still?.total, linesOf(still as WireInvoice)[0]]).toEqual([
      march?.id,
      1_000,
      ["calls", "usage", "100", 1_000, "2026-03-01", "2026-04-01"],
    ]);
    expect(april?.total).toBe(490);
    expect(linesOf(april as WireInvoice).filter(([price]) => price === "calls")).toEqual([
      ["calls", "usage", "-1", -10, "2026-03-01", "2026-04-01"],
      ["calls", "usage", "50", 500, "2026-04-01", "2026-05-01"],
    ]);
  });

  it("sent again does not count it again", async () => {
    await voidEvent("march-0");
    expect(await api.record(calls("acme", 1, "2026-03-05T12:00:00Z", "march"))).toMatchObject({ duplicates: 1 });
    expect((await callsOf("window=month")).data[0]?.value).toBe("99");
  });
});

describe("amending an event", () => {
  const completion = { id: "t1", source: "test", type: "completion", customer: "acme", time: "2026-03-05T00:00:00Z", subscription: null };
  const amend = (rest: object, query = ""): Promise<Corrected> =>
    api.post(`/v1/events/amend${query}`, { customer: "acme", id: "t1", source: "test", ...rest });

  beforeEach(async () => {
    const { subscription: _, ...sent } = completion;
    await api.record([{ ...sent, properties: { tokens: 1_000, model: "large" } }]);
  });

  it("replaces its properties and keeps the rest; the history has both", async () => {
    const preview = await amend({ properties: { tokens: 250 }, reason: "counted twice" }, "?preview=true");
    expect(preview.effects).toMatchObject([
      {
        before: "1000",
        after: "250",
        lands_on: "open_period",
        lines: [{ price: "tokens", before: 200, after: 50, difference: -150, currency: "USD" }],
      },
    ]);
    expect(await amend({ properties: { tokens: 250 }, reason: "counted twice" })).toEqual(preview);
    expect(await billSoFar()).toBe(1_050);
    expect(await api.get("/v1/events/t1?customer=acme")).toMatchObject({
      ...completion,
      amended: true,
      properties: { tokens: 250 },
      history: [
        { action: "received", reason: null, properties: { tokens: 1_000, model: "large" } },
        { at: "2026-03-06T00:00:00Z", action: "amended", reason: "counted twice", properties: { tokens: 250 } },
      ],
      counted: [{ meter: "tokens", value: "250", subscription, period: MARCH, invoice: null }],
    });
  });

  it("to what it says already is unchanged", async () => {
    expect(await amend({ properties: { model: "large", tokens: 1_000 } })).toMatchObject({ unchanged: 1, amended: 0, effects: [] });
    await amend({ properties: { tokens: 250 } });
    expect(await amend({ properties: { tokens: 250 } })).toMatchObject({ unchanged: 1, amended: 0, effects: [] });
  });

  it("may move it in time and to another type", async () => {
    const moved = await amend({ type: "call", time: "2026-03-04T00:00:00Z", properties: {} });
    expect(moved.effects.map(({ before, after }) => [before, after]).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      ["100", "101"],
      ["1000", "0"],
    ]);
    expect((await callsOf("from=2026-03-04&to=2026-03-05")).data).toMatchObject([{ value: "1" }]);
    expect(await billSoFar()).toBe(1_010);
  });

  it("that a meter could not read makes it counted", async () => {
    await api.record([{ id: "unread", source: "test", type: "completion", customer: "acme", properties: { tokens: "many" } }]);
    const answer = await api.post<Corrected>("/v1/events/amend", { customer: "acme", id: "unread", properties: { tokens: 7 } });
    expect(answer.effects).toMatchObject([{ before: "1000", after: "1007" }]);
    expect(await api.get("/v1/events/unread?customer=acme")).toMatchObject({ status: "counted", problems: [] });
  });

  it("to something no event can say is refused alone", async () => {
    const all = [
      { customer: "acme", id: "t1", source: "test", time: "yesterday", properties: {} },
      { customer: "acme", id: "march-1", source: "test", properties: { tokens: 1 }, type: "completion" },
    ];
    expect(await api.post<Corrected>("/v1/events/amend", all)).toMatchObject({
      amended: 1,
      rejected: 1,
      results: [{ id: "t1", status: "rejected", code: "invalid_time" }, { status: "amended" }],
    });
  });
});

describe("a call of corrections", () => {
  it("answers each by itself and tells the effects of all of them once", async () => {
    const ids = ["march-0", "march-1", "never-sent"];
    const answer = await api.post<Corrected>(
      "/v1/events/void",
      ids.map((id) => ({ customer: "acme", id, source: "test" })),
    );
    expect(answer).toMatchObject({
      voided: 2,
      rejected: 1,
      results: [{ status: "voided" }, { status: "voided" }, { code: "event_not_found" }],
    });
    expect(answer.effects).toMatchObject([{ before: "100", after: "98" }]);
  });

  it("is refused as a whole where none of it can be done", async () => {
    const answer = await api.answer<Corrected>("POST", "/v1/events/void", { customer: "acme", id: "never-sent" });
    expect([answer.status, answer.body.results]).toMatchObject([422, [{ status: "rejected", code: "event_not_found" }]]);
  });

  it("is of one customer and at most a thousand", async () => {
    await customer(api, "other");
    const two = ["acme", "other"].map((key) => ({ customer: key, id: "march-0", source: "test" }));
    expect(await api.answer("POST", "/v1/events/void", two)).toMatchObject({ status: 422, code: "several_customers" });
    const many = Array.from({ length: 1_001 }, (_, index) => ({ customer: "acme", id: `${index}`, source: "test" }));
    expect(await api.answer("POST", "/v1/events/void", many)).toMatchObject({ status: 422, code: "invalid_request" });
  });

  it("finds the event by its id alone, where one source has sent it", async () => {
    expect(await voidEvent("march-0", "", { source: undefined })).toMatchObject({ voided: 1, results: [{ source: "test" }] });
    await api.record([{ id: "march-1", source: "another", type: "call", customer: "acme" }]);
    const twice = await api.answer<Corrected>("POST", "/v1/events/void", { customer: "acme", id: "march-1" });
    expect(twice.body.results).toMatchObject([{ status: "rejected", code: "ambiguous_source" }]);
  });

  it("leaves who asked for what in the audit log, and a fact", async () => {
    await voidEvent("march-0", "?preview=true");
    await voidEvent("march-0", "", { reason: "a test of ours" });
    const { db, environment } = await contextFor(api);
    const audited = await db
      .select()
      .from(audit)
      .where(and(eq(audit.environmentId, environment.id), eq(audit.action, "usage.correct")));
    expect(audited).toMatchObject([{ actorType: "api_key", subject: "acme" }]);
    expect(JSON.parse(audited[0]?.after ?? "")).toEqual([{ source: "test", id: "march-0", status: "voided", reason: "a test of ours" }]);
    const facts = await db
      .select()
      .from(event)
      .where(and(eq(event.environmentId, environment.id), eq(event.type, "usage.corrected")));
    expect(facts).toMatchObject([{ data: { customer_key: "acme", voided: 1, amended: 0 } }]);
  });

  it("does nothing for a key that was revoked a moment ago", async () => {
    const { db, environment } = await contextFor(api);
    const { id, key } = await api.post<{ id: string; key: string }>("/v1/api-keys", { name: "Short", scopes: ["write"] });
    const other = Object.assign(Object.create(Object.getPrototypeOf(api)) as Api, api, { key });
    await other.answer("GET", "/v1/clock");
    await db.run(`update api_key set revoked_at = 1 where environment_id = '${environment.id}' and id = '${id}'`);
    const answer = await other.answer("POST", "/v1/events/void", { customer: "acme", id: "march-0", source: "test" });
    expect([answer.status, await billSoFar()]).toEqual([401, 1_000]);
  });
});
