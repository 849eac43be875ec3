import { env } from "cloudflare:workers";
import { and, asc, eq } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { closeBackfill } from "#actions/backfills/close-backfill";
import { event } from "#storage/schema/events";
import { type Api, sandbox, type WireEvents } from "#test/support/api";
import { catalog, customer, publishPlan, subscribe, usage } from "#test/support/catalog";
import { contextFor } from "#test/support/context";
import { Platform } from "#test/support/platform";
import { steered } from "#test/support/steered-database";
import { calls, linesOf } from "#test/support/usage";
import { gzipped, send } from "#test/support/usage-forms";

type Backfill = {
  id: string;
  status: string;
  counts: { customers: number; loaded: number; added: number; superseded: number; refused: number };
};
type Walked = { done: boolean; backfill: Backfill };
type Preview = {
  backfill: Backfill;
  data: { customer: string; added: number; superseded: number; code: string | null; effects: unknown[] }[];
  next_cursor: string | null;
};

const MARCH = { start: "2026-03-01T00:00:00Z", end: "2026-04-01T00:00:00Z" };
const RANGE = { from: "2026-03-01T00:00:00Z", to: "2026-03-10T00:00:00Z" };

let api: Api;

/** On 10 March acme has used 10 calls and bolt 4, at 10 cents each. */
beforeEach(async () => {
  api = await sandbox("2026-03-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "pro", [usage("calls", "0.10")]);
  await subscribe(api, "acme", "pro");
  await subscribe(api, "bolt", "pro");
  await api.advance("2026-03-10T00:00:00Z");
  await api.record([...calls("acme", 10, "2026-03-05T00:00:00Z"), ...calls("bolt", 4, "2026-03-06T00:00:00Z", "bolt")]);
});

const open = (rest: object = {}): Promise<Backfill> => api.post("/v1/backfills", { ...RANGE, mode: "replace", ...rest });
const load = (id: string, events: readonly object[]): Promise<WireEvents> => api.post(`/v1/backfills/${id}/events`, events);
const close = (id: string): Promise<Walked> => api.post(`/v1/backfills/${id}/close`);
const revert = (id: string): Promise<Walked> => api.post(`/v1/backfills/${id}/revert`);
const bill = async (key: string): Promise<unknown> => (await api.get<{ bills: unknown }>(`/v1/customers/${key}/upcoming-invoice`)).bills;
const billed = async (key: string): Promise<number | undefined> => ((await bill(key)) as { total: number }[])[0]?.total;
const loaded = (count: number, customerKey = "acme") => calls(customerKey, count, "2026-03-07T00:00:00Z", `old-${customerKey}`);

describe("a backfill", () => {
  it("that replaces, closed and taken back, leaves exactly the bill there was", async () => {
    const before = [await bill("acme"), await bill("bolt")];
    const { id } = await open();
    expect(await load(id, loaded(25))).toMatchObject({ accepted: 25 });
    expect([await bill("acme"), await bill("bolt")]).toEqual(before);

    const closed = await close(id);
    expect(closed).toMatchObject({
      done: true,
      backfill: { status: "closed", counts: { customers: 2, loaded: 25, added: 25, superseded: 14 } },
    });
    expect([await billed("acme"), await billed("bolt")]).toEqual([250, 0]);

    expect(await revert(id)).toMatchObject({ done: true, backfill: { status: "reverted" } });
    expect([await bill("acme"), await bill("bolt")]).toEqual(before);
  });

  it("that adds leaves what was counted", async () => {
    const { id } = await open({ mode: "add" });
    await load(id, loaded(5));
    expect(await close(id)).toMatchObject({ backfill: { counts: { customers: 1, loaded: 5, added: 5, superseded: 0 } } });
    expect([await billed("acme"), await billed("bolt")]).toEqual([150, 40]);
  });

  it("of named customers concerns nobody else, and empties whom nothing was loaded for", async () => {
    const { id } = await open({ customers: ["bolt"] });
    expect(await close(id)).toMatchObject({ backfill: { counts: { customers: 1, added: 0, superseded: 4 } } });
    expect([await billed("acme"), await billed("bolt")]).toEqual([100, 0]);
  });

  it("takes events in every form, and refuses those it is not for one by one", async () => {
    const { id } = await open({ customers: ["acme"], event_types: ["call"] });
    const [good] = loaded(1);
    const sent = [
      good,
      { ...good, id: "early", time: "2026-02-28T23:59:59Z" },
      { ...good, id: "late", time: "2026-03-10T00:00:00Z" },
      { ...good, id: "other type", type: "completion" },
      { ...good, id: "other customer", customer: "bolt" },
      { ...good, id: "no type", type: undefined },
    ];
    const body = await gzipped(sent.map((one) => JSON.stringify(one)).join("\n"));
    const headers = { "content-type": "application/x-ndjson", "content-encoding": "gzip" };
    const answer = await send(api, `/v1/backfills/${id}/events`, { body, headers });
    expect(answer.body.results.map(({ id, status, code }) => [id, status, code])).toEqual([
      ["old-acme-0", "accepted", undefined],
      ["early", "rejected", "outside_backfill"],
      ["late", "rejected", "outside_backfill"],
      ["other type", "rejected", "outside_backfill"],
      ["other customer", "rejected", "outside_backfill"],
      ["no type", "rejected", "required"],
    ]);
    expect(await load(id, [good as object])).toMatchObject({ duplicates: 1 });
    expect(await api.get(`/v1/backfills/${id}`)).toMatchObject({ status: "open", counts: { customers: 1, loaded: 1 } });
  });

  it("shows beforehand what closing it would do to whose bill", async () => {
    const { id } = await open();
    await load(id, loaded(25));
    const preview = await api.post<Preview>(`/v1/backfills/${id}/close?preview=true`);
    expect(
      preview.data.map(({ customer, added, superseded }) => [customer, added, superseded]).toSorted((a, b) => (a < b ? -1 : 1)),
    ).toEqual([
      ["acme", 25, 10],
      ["bolt", 0, 4],
    ]);
    const acme = preview.data.find(({ customer }) => customer === "acme");
    expect(acme?.effects).toMatchObject([
      {
        meter: "calls",
        period: MARCH,
        before: "10",
        after: "25",
        lands_on: "open_period",
        lines: [{ price: "calls", before: 100, after: 250, difference: 150, currency: "USD" }],
      },
    ]);
    expect([await billed("acme"), (await api.get<Backfill>(`/v1/backfills/${id}`)).status]).toEqual([100, "open"]);
  });

  it("previews customer by customer, page by page", async () => {
    const { id } = await open();
    const seen: string[] = [];
    let cursor = "";
    for (let pages = 0; pages < 5; pages++) {
      const page = await api.post<Preview>(`/v1/backfills/${id}/close?preview=true&limit=1${cursor}`);
      seen.push(...page.data.map(({ customer }) => customer));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(seen.sort()).toEqual(["acme", "bolt"]);
  });

  it("of an issued period is corrected on the next invoice", async () => {
    await api.advance("2026-04-02T00:00:00Z");
    const { id } = await open({ customers: ["acme"] });
    await load(id, loaded(25));
    const preview = await api.post<Preview>(`/v1/backfills/${id}/close?preview=true`);
    expect(preview.data[0]?.effects).toMatchObject([
      { lands_on: "next_invoice", invoice: { number: expect.stringMatching(/^INV-2026-/), status: "paid" }, lines: [{ difference: 150 }] },
    ]);
    await close(id);
    await api.advance("2026-05-02T00:00:00Z");
    const april = (await api.invoices("acme"))[1];
    expect(april?.total).toBe(150);
    expect(linesOf(april as NonNullable<typeof april>)).toEqual([
      ["calls", "usage", "15", 150, "2026-03-01", "2026-04-01"],
      ["calls", "usage", "0", 0, "2026-04-01", "2026-05-01"],
    ]);
  });

  it("that an invoice was issued with is not taken back, and says so", async () => {
    const { id } = await open({ customers: ["acme"] });
    await load(id, loaded(25));
    await close(id);
    await api.advance("2026-04-02T00:00:00Z");
    const answer = await api.answer<{ errors: unknown[] }>("POST", `/v1/backfills/${id}/revert`);
    expect([answer.status, answer.code, answer.body.errors]).toMatchObject([
      409,
      "customers_refused",
      [{ path: "/customers/acme", code: "backfill_invoiced" }],
    ]);
    expect(await api.get(`/v1/backfills/${id}`)).toMatchObject({ status: "reverting", counts: { refused: 1 } });
  });

  it("closed or taken back again changes nothing more", async () => {
    const { id } = await open();
    await load(id, loaded(25));
    const closed = await close(id);
    expect(await close(id)).toEqual(closed);
    const reverted = await revert(id);
    expect(await revert(id)).toEqual(reverted);
    expect(await api.answer("POST", `/v1/backfills/${id}/close`)).toMatchObject({ status: 409, code: "backfill_not_open" });
    expect(await api.answer("POST", `/v1/backfills/${id}/events`, loaded(1))).toMatchObject({ status: 409, code: "backfill_not_open" });
  });

  it("given up while it is open never counted", async () => {
    const { id } = await open();
    await load(id, loaded(25));
    expect(await revert(id)).toMatchObject({ done: true, backfill: { status: "reverted" } });
    expect([await billed("acme"), await billed("bolt")]).toEqual([100, 40]);
  });

  it("is a stream of facts, one for each step", async () => {
    const { id } = await open();
    await close(id);
    await revert(id);
    const { db, environment } = await contextFor(api);
    const facts = await db
      .select({ version: event.version, type: event.type })
      .from(event)
      .where(and(eq(event.environmentId, environment.id), eq(event.stream, `backfill/${id}`)))
      .orderBy(asc(event.version));
    expect(facts).toEqual([
      { version: 1, type: "backfill.opened" },
      { version: 2, type: "backfill.close_started" },
      { version: 3, type: "backfill.closed" },
      { version: 4, type: "backfill.revert_started" },
      { version: 5, type: "backfill.reverted" },
    ]);
  });

  it("is gone on with by the same call, from where it has come to", async () => {
    const { id } = await open();
    await load(id, [...loaded(1, "cube"), ...loaded(1, "acme")]);
    await customer(api, "dune");
    const context = await contextFor(api);
    const steps: unknown[] = [];
    for (let calls = 0; calls < 10; calls++) {
      const limits = { customersAPage: 1, pagesACall: 1, wallACallMs: 60_000 };
      const walked = await closeBackfill(context, { backfill: id, limits });
      if (!walked.ok) throw new Error(walked.error.code);
      const { backfill, done } = walked.value;
      steps.push(backfill.status === "closing" ? backfill.place.stage : backfill.status);
      if (done) break;
    }
    expect(steps).toEqual(["customers", "customers", "loaded", "closed"]);
    expect(await api.get(`/v1/backfills/${id}`)).toMatchObject({ counts: { customers: 3, loaded: 2, added: 2, superseded: 14 } });
    const page = await api.get<{ data: unknown[] }>(`/v1/backfills/${id}/customers`);
    expect(page.data).toMatchObject([
      { customer: "acme", state: "closed", loaded: 1, added: 1, superseded: 10, code: null },
      { customer: "bolt", state: "closed", loaded: 0, added: 0, superseded: 4 },
      { customer: "cube", state: "closed", loaded: 1, added: 1, superseded: 0 },
    ]);
  });

  it("is held up by no ledger that cannot be reached, and asks that one again", async () => {
    const before = [await bill("acme"), await bill("bolt")];
    const { id } = await open();
    await load(id, loaded(25));
    const broken = api.through(new Platform({ LEDGER: withoutLedger("bolt") }));
    const answer = await broken.answer<{ errors: unknown[] }>("POST", `/v1/backfills/${id}/close`);
    expect([answer.status, answer.code, answer.body.errors]).toMatchObject([
      409,
      "customers_refused",
      [{ path: "/customers/bolt", code: "unavailable" }],
    ]);
    expect([await billed("acme"), await billed("bolt")]).toEqual([250, 40]);
    expect(await close(id)).toMatchObject({
      done: true,
      backfill: { status: "closed", counts: { added: 25, superseded: 14, refused: 0 } },
    });
    expect([await billed("acme"), await billed("bolt")]).toEqual([250, 0]);
    await revert(id);
    expect([await bill("acme"), await bill("bolt")]).toEqual(before);
  });

  it("whose page was done but not written down does it once", async () => {
    const { id } = await open();
    await load(id, loaded(25));
    let batches = 0;
    const onBatch = (statements: readonly D1PreparedStatement[]) => {
      batches += 1;
      // The first batch begins the closing, the second writes down the page.
      return batches === 2 ? Promise.reject(new Error("the database went away")) : statements;
    };
    const broken = api.through(new Platform({ DB: steered(env.DB, { onBatch }) }));
    expect((await broken.answer("POST", `/v1/backfills/${id}/close`)).status).toBe(500);
    expect([await billed("acme"), await billed("bolt"), (await api.get<Backfill>(`/v1/backfills/${id}`)).status]).toEqual([
      250,
      0,
      "closing",
    ]);
    expect(await close(id)).toMatchObject({ done: true, backfill: { status: "closed" } });
    expect([await billed("acme"), await billed("bolt")]).toEqual([250, 0]);
  });
});

/** All ledgers but one. */
function withoutLedger(customerKey: string): typeof env.LEDGER {
  const gone = new Proxy({}, { get: () => () => Promise.reject(new Error("the ledger is gone")) });
  return {
    idFromName: (name: string) => env.LEDGER.idFromName(name),
    get: (id: DurableObjectId) => (id.name?.endsWith(`:${customerKey}`) ? gone : env.LEDGER.get(id)),
  } as unknown as typeof env.LEDGER;
}

describe("opening a backfill", () => {
  const refusal = async (rest: object): Promise<unknown[]> => {
    const { status, code } = await api.answer("POST", "/v1/backfills", { ...RANGE, mode: "add", ...rest });
    return [status, code];
  };

  it("is refused over no range, the future and unknown customers", async () => {
    expect(await refusal({ to: RANGE.from })).toEqual([422, "invalid_range"]);
    expect(await refusal({ to: "2026-03-10T00:00:01Z" })).toEqual([422, "range_in_future"]);
    expect(await refusal({ customers: ["acme", "nobody"] })).toEqual([422, "unknown_customer"]);
    expect(await refusal({ mode: "merge" })).toEqual([422, "invalid_request"]);
  });

  it("is listed, newest first, and found by its id only", async () => {
    const first = await open();
    const second = await open({ mode: "add", customers: ["acme"], event_types: ["call"] });
    expect(await api.get("/v1/backfills")).toMatchObject({ data: [{ id: second.id }, { id: first.id }], next_cursor: null });
    expect(await api.get(`/v1/backfills/${second.id}`)).toEqual({
      object: "backfill",
      id: second.id,
      status: "open",
      mode: "add",
      ...RANGE,
      event_types: ["call"],
      customers: ["acme"],
      opened_at: "2026-03-10T00:00:00Z",
      closed_at: null,
      reverted_at: null,
      counts: { customers: 1, loaded: 0, added: 0, superseded: 0, refused: 0 },
    });
    expect((await api.answer("GET", "/v1/backfills/bkf_none")).status).toBe(404);
  });
});
