import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Api, live, sandbox } from "#test/support/api";
import { catalog, customer, flat, publishPlan, subscribe, usage } from "#test/support/catalog";
import { Platform } from "#test/support/platform";
import { rows } from "#test/support/rows";
import { steered } from "#test/support/steered-database";
import { calls } from "#test/support/usage";

type Advanced = { readonly now: string; readonly done: boolean };
type DeadLetter = { readonly id: string; readonly kind: string; readonly subject: string; readonly reason: string };

let api: Api;

beforeEach(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "basic", [flat("base", "10.00")]);
});

afterEach(() => void vi.useRealTimers());

const advance = (to: string) => api.answer<Advanced>("POST", "/v1/clock/advance", { to });
const now = async () => (await api.get<{ now: string }>("/v1/clock")).now;
const deadLetters = async () => (await api.get<{ data: DeadLetter[] }>("/v1/operations/dead-letters")).data;

/** Due rows of invoices that are gone: there is nothing to do at their time, but they must be looked at. */
async function plantDue(count: number, at: string): Promise<void> {
  const insert = env.DB.prepare("INSERT INTO due (environment_id, due_at, kind, subject, attempts) VALUES (?, ?, 'invoice.issue', ?, 0)");
  await env.DB.batch(Array.from({ length: count }, (_, index) => insert.bind(api.environment, Date.parse(at), `inv_gone_${index}`)));
}

describe("a sandbox clock", () => {
  it("stands still between advances", async () => {
    expect([await now(), await now()]).toEqual(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]);
  });

  it("never goes back, not by a millisecond, and nothing happens when it is asked to", async () => {
    await api.advance("2026-03-01T00:00:00Z");

    expect((await advance("2026-02-28T23:59:59.999Z")).code).toBe("clock_moves_forward_only");

    expect(await now()).toBe("2026-03-01T00:00:00Z");
  });

  it("may be advanced to where it stands", async () => {
    expect((await advance("2026-01-01T00:00:00Z")).body).toEqual({ now: "2026-01-01T00:00:00Z", done: true });
  });

  it("does not leap further than ten years, and a live clock does not move at all", async () => {
    expect((await advance("2036-01-11T00:00:00Z")).code).toBe("advance_too_far");
    expect((await (await live()).answer("POST", "/v1/clock/advance", { to: "2036-01-01T00:00:00Z" })).code).toBe("not_a_sandbox");
    expect(await now()).toBe("2026-01-01T00:00:00Z");
  });

  it("is moved by one call at a time: the other is told so, and both leave it where it was sent", async () => {
    await subscribe(api, "ada", "basic");

    const answers = await Promise.all([advance("2026-04-01T00:00:00Z"), advance("2026-04-01T00:00:00Z")]);

    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([null, "clock_locked"]));
    expect(await now()).toBe("2026-04-01T00:00:00Z");
    expect(await api.invoices("ada")).toHaveLength(4);
  });

  it("that was left locked by a call that died goes on after a minute", async () => {
    const lock = (until: number) =>
      env.DB.prepare("UPDATE environment SET clock_locked_until = ? WHERE id = ?").bind(until, api.environment).run();
    await lock(Date.now() + 3_600_000);
    expect((await advance("2026-02-01T00:00:00Z")).code).toBe("clock_locked");

    await lock(Date.now() - 1);

    expect((await advance("2026-02-01T00:00:00Z")).body.done).toBe(true);
  });
});

describe("what is due on the way", () => {
  it("happens at its own instant and in order, though the clock is sent far ahead", async () => {
    await publishPlan(api, "metered", [usage("calls", "0.10")]);
    await subscribe(api, "ada", "metered");
    await subscribe(api, "bob", "basic", { start_on: "2026-01-15" });

    await api.advance("2026-03-01T00:00:00Z");

    const facts = (await rows("event", api.environment)).filter(({ type }) =>
      ["subscription.activated", "subscription.period_closed", "invoice.issued"].includes(String(type)),
    );
    const inOrder = facts.sort((a, b) => (String(a["id"]) < String(b["id"]) ? -1 : 1));
    expect(inOrder.map(({ type, occurred_at }) => [type, new Date(Number(occurred_at)).toISOString().slice(0, 10)])).toEqual([
      ["subscription.activated", "2026-01-01"],
      ["subscription.activated", "2026-01-15"],
      ["invoice.issued", "2026-01-15"],
      ["subscription.period_closed", "2026-02-01"],
      ["invoice.issued", "2026-02-02"],
      ["subscription.period_closed", "2026-02-15"],
      ["invoice.issued", "2026-02-15"],
      ["subscription.period_closed", "2026-03-01"],
    ]);
  });

  it("is done page by page when it is much: 202 says that the same call goes on, also under an Idempotency-Key", async () => {
    await subscribe(api, "ada", "basic");
    await plantDue(151, "2026-01-10T00:00:00Z");
    const call = () => api.answer<Advanced>("POST", "/v1/clock/advance", { to: "2026-03-01T00:00:00Z" }, { "idempotency-key": "advance" });

    const first = await call();
    expect([first.status, first.body]).toEqual([202, { now: "2026-01-10T00:00:00Z", done: false }]);
    expect((await advance("2026-01-09T00:00:00Z")).code).toBe("clock_moves_forward_only");
    const rest = [await call(), await call()];

    for (const { status, body } of rest) expect([status, body]).toEqual([200, { now: "2026-03-01T00:00:00Z", done: true }]);
    expect((await api.invoices("ada")).map(({ number }) => number)).toEqual(["INV-2026-0001", "INV-2026-0002", "INV-2026-0003"]);
  });

  it("and fails is parked with its reason; everybody else goes on, and so does the clock", async () => {
    await publishPlan(api, "metered", [usage("calls", "0.10")]);
    const broken = await subscribe(api, "ada", "basic", { start_on: "2026-01-20" });
    await subscribe(api, "bob", "metered");
    await api.record(calls("bob", 3, "2026-01-01T00:00:00Z"));
    const version = "UPDATE plan_version SET terms = ? WHERE environment_id = ? AND id = ?";
    const [{ terms } = { terms: null }] = (await rows("plan_version", api.environment)).filter(({ id }) => id === broken.plan_version);
    await env.DB.prepare(version).bind("{}", api.environment, broken.plan_version).run();

    await api.advance("2026-02-10T00:00:00Z");

    expect((await api.invoices("bob")).map(({ status, total }) => [status, total])).toEqual([["paid", 30]]);
    const letters = await deadLetters();
    expect(letters.map(({ kind, subject }) => [kind, subject])).toEqual([["subscription.start", broken.id]]);
    expect(letters[0]?.reason).toMatch(/\w+Error: ./);

    await env.DB.prepare(version).bind(terms, api.environment, broken.plan_version).run();
    await api.post(`/v1/operations/dead-letters/${encodeURIComponent(letters[0]?.id ?? "")}/replay`);
    await api.settle();

    expect(await deadLetters()).toEqual([]);
    expect((await api.invoices("ada")).map(({ status, total }) => [status, total])).toEqual([["paid", 1_000]]);
  });
});

describe("the audit log", () => {
  const advances = async () =>
    (await rows("audit", api.environment))
      .filter(({ action }) => action === "clock.advance")
      .map(({ before, after }) => [before, after].map((side) => (JSON.parse(String(side)) as { now: number }).now))
      .sort(([from = 0], [other = 0]) => from - other);
  const at = (time: string) => Date.parse(time);

  it("has one row for every call that advances, also for the last of several that finds the clock there", async () => {
    // The wall stands still too: the first call ends by its number of rows.
    vi.useFakeTimers({ toFake: ["Date"] });
    await plantDue(151, "2026-01-10T00:00:00Z");
    for (const done of [false, true]) expect((await advance("2026-01-10T00:00:00Z")).body.done).toBe(done);
    expect(await advances()).toEqual([
      [at("2026-01-01T00:00:00Z"), at("2026-01-10T00:00:00Z")],
      [at("2026-01-10T00:00:00Z"), at("2026-01-10T00:00:00Z")],
    ]);
  });
});

describe("deliveries that wait", () => {
  const plantDelivery = (prefix: string, consumer: string, count: number) => {
    const insert = env.DB.prepare(
      `INSERT INTO outbox (id, environment_id, consumer, stream, version, created_at, next_attempt_at, attempts)
       SELECT ?1, environment_id, ?2, stream, version, 0, 0, 0 FROM event WHERE environment_id = ?3 AND type = 'customer.created' LIMIT 1`,
    );
    return env.DB.batch(Array.from({ length: count }, (_, index) => insert.bind(`${prefix}_${index}`, consumer, api.environment)));
  };
  const left = async () => (await rows("outbox", api.environment)).map(({ id }) => String(id));

  it("are made although more than a page of older ones fail", async () => {
    await customer(api, "ada");
    await api.settle();
    await plantDelivery("obx_0", "no-such-consumer", 60);
    await plantDelivery("obx_1", "push-contract", 3);

    await api.settle();

    expect((await left()).filter((id) => id.startsWith("obx_1"))).toEqual([]);
    expect((await left()).length).toBe(60);
  });

  it("come before anything due: a call that could not make them all moves the clock no further", async () => {
    await customer(api, "ada");
    await api.settle();
    await plantDelivery("obx_1", "push-contract", 5);
    await plantDue(1, "2026-01-10T00:00:00Z");
    vi.useFakeTimers({ toFake: ["Date"] });
    const slow = (statements: readonly D1PreparedStatement[]) => (vi.setSystemTime(Date.now() + 4_000), statements);

    const first = await api
      .through(new Platform({ DB: steered(env.DB, { onBatch: slow }) }))
      .answer<Advanced>("POST", "/v1/clock/advance", { to: "2026-01-20T00:00:00Z" });

    expect([first.status, first.body]).toEqual([202, { now: "2026-01-01T00:00:00Z", done: false }]);
    expect((await left()).length).toBeGreaterThan(0);
    expect((await rows("due", api.environment)).length).toBe(1);
    await api.advance("2026-01-20T00:00:00Z");
    expect([await left(), await now()]).toEqual([[], "2026-01-20T00:00:00Z"]);
  });
});

it("a subscription does not start more periods back than one invoice can hold", async () => {
  await publishPlan(api, "daily", [flat("base", "1.00")], { interval: { unit: "day", count: 1 } });
  await customer(api, "ada");
  const subscribeOn = (start_on: string) => api.answer("POST", "/v1/subscriptions", { customer: "ada", plan: "daily", start_on });
  const refused = await subscribeOn("2000-01-01");
  expect([refused.status, refused.code]).toEqual([422, "too_many_periods"]);
  expect((await subscribeOn("2023-04-07")).code).toBe("too_many_periods");

  expect((await subscribeOn("2023-04-08")).status).toBe(201);
  await api.settle();

  expect((await api.invoices("ada")).map(({ total, lines }) => [total, lines.length])).toEqual([[100_000, 1_000]]);
});
