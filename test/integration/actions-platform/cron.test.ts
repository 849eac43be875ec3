import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Api, live, sandbox, type WireSubscription } from "#test/support/api";
import { catalog, flat, publishPlan, subscribe, usage } from "#test/support/catalog";
import { Platform } from "#test/support/platform";
import { rows } from "#test/support/rows";
import { steered } from "#test/support/steered-database";
import { calls, linesOf } from "#test/support/usage";

type DeadLetter = { readonly id: string; readonly kind: string; readonly subject: string; readonly reason: string };

let api: Api;
let platform: Platform;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-05-01T00:00:00Z") });
  platform = new Platform();
  api = await live(platform);
  await catalog(api);
  await publishPlan(api, "basic", [flat("base", "10.00")]);
});
afterEach(() => void vi.useRealTimers());

/** The wall clock says `time`, and the minute's cron runs with all that follows from it. */
async function minuteAt(time: string): Promise<void> {
  vi.setSystemTime(Date.parse(time));
  await platform.tick();
  await platform.deliverAll();
}

const due = async () => (await rows("due", api.environment)).map(({ kind, attempts, parked_at }) => [kind, attempts, parked_at !== null]);
const insert = env.DB.prepare("INSERT INTO due (environment_id, due_at, kind, subject, attempts) VALUES (?, ?, ?, ?, 0)");
/** Due rows of subjects that are not there: an invoice that is gone needs nothing, a subscription that is missing fails. */
const plant = (kind: string, subjects: readonly string[], at: string) =>
  env.DB.batch(subjects.map((subject) => insert.bind(api.environment, Date.parse(at), kind, subject)));
const names = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}_${index}`);

describe("a tick of cron", () => {
  it("does what is due, and not a millisecond before", async () => {
    await subscribe(api, "ada", "basic");
    await platform.deliverAll();
    await minuteAt("2026-05-31T23:59:59.999Z");
    expect(await api.invoices("ada")).toHaveLength(1);

    await minuteAt("2026-06-01T00:00:00Z");

    expect((await api.invoices("ada")).map(linesOf)).toEqual([
      [["base", "charge", "1", 1_000, "2026-05-01", "2026-06-01"]],
      [["base", "charge", "1", 1_000, "2026-06-01", "2026-07-01"]],
    ]);
  });

  it("that runs twice at once, or again, does nothing twice", async () => {
    await subscribe(api, "ada", "basic");
    await platform.deliverAll();
    vi.setSystemTime(Date.parse("2026-06-01T00:00:00Z"));

    await Promise.all([platform.tick(), platform.tick()]);
    await platform.deliverAll();
    await minuteAt("2026-06-01T00:01:00Z");

    expect((await api.invoices("ada")).map(({ number }) => number)).toEqual(["INV-2026-0001", "INV-2026-0002"]);
    expect((await rows("event", api.environment)).filter(({ type }) => type === "subscription.period_closed")).toHaveLength(1);
  });

  it("that comes months late bills every period it missed", async () => {
    await subscribe(api, "ada", "basic");
    await platform.deliverAll();

    await minuteAt("2026-08-15T00:00:00Z");

    const lines = (await api.invoices("ada")).flatMap(linesOf);
    expect(lines.map(([, , , amount, from]) => [amount, from])).toEqual([
      [1_000, "2026-05-01"],
      [1_000, "2026-06-01"],
      [1_000, "2026-07-01"],
      [1_000, "2026-08-01"],
    ]);
  });

  it("acts in the order of the dates, page after page", async () => {
    const subscriptions: WireSubscription[] = [];
    for (const [index, day] of ["12", "11", "10"].entries())
      subscriptions.push(await subscribe(api, `customer-${index}`, "basic", { start_on: `2026-05-${day}` }));
    await plant("invoice.issue", names(120, "inv_gone"), "2026-05-10T12:00:00Z");

    // A millisecond passes with every commit, so that the ids of the facts tell their order.
    const onBatch = (statements: readonly D1PreparedStatement[]) => (vi.setSystemTime(Date.now() + 1), statements);
    vi.setSystemTime(Date.parse("2026-05-12T00:00:00Z"));
    await new Platform({ DB: steered(env.DB, { onBatch }) }).tick();

    const activated = (await rows("event", api.environment)).filter(({ type }) => type === "subscription.activated");
    const inOrder = activated.sort((a, b) => (String(a["id"]) < String(b["id"]) ? -1 : 1)).map(({ stream }) => stream);
    expect(inOrder).toEqual(subscriptions.map(({ id }) => `subscription/${id}`).toReversed());
    expect((await due()).filter(([kind]) => kind === "invoice.issue")).toEqual([]);
  });

  it("leaves sandboxes alone: their time is their clock's", async () => {
    const still = await sandbox("2020-01-01T00:00:00Z", platform);
    await catalog(still);
    await publishPlan(still, "basic", [flat("base", "10.00")]);
    await subscribe(still, "ada", "basic");
    await platform.deliverAll();

    await minuteAt("2026-06-01T00:00:00Z");

    expect(await still.invoices("ada")).toHaveLength(1);
  });
});

describe("a due row that fails", () => {
  it("is tried once a tick, and is parked with its reason after the fifth", async () => {
    await plant("subscription.period", ["sub_missing"], "2026-05-01T00:00:00Z");
    await plant("invoice.issue", names(60, "inv_gone"), "2026-05-01T00:00:01Z");
    for (let tick = 1; tick <= 4; tick++) {
      await minuteAt(`2026-05-02T00:0${tick}:00Z`);
      expect(await due()).toEqual([["subscription.period", tick, false]]);
    }

    await minuteAt("2026-05-02T00:05:00Z");

    const { data } = await api.get<{ data: DeadLetter[] }>("/v1/operations/dead-letters");
    expect(data).toMatchObject([{ kind: "subscription.period", subject: "sub_missing", reason: expect.stringContaining("sub_missing") }]);
  });

  it("does not hold up anybody else, even when a whole page of them fails", async () => {
    await plant("subscription.period", names(55, "sub_missing"), "2026-05-01T00:00:00Z");
    await subscribe(api, "ada", "basic", { start_on: "2026-05-10" });

    await minuteAt("2026-05-10T00:00:00Z");

    expect((await api.invoices("ada")).map(({ total }) => total)).toEqual([1_000]);
  });
});

it("a boundary that was billed before cron came to it is still followed by the next", async () => {
  await publishPlan(api, "metered", [usage("calls", "0.10")], { interval: { unit: "day", count: 32 } });
  await subscribe(api, "ada", "metered");
  await minuteAt("2026-06-02T00:00:00Z");
  await minuteAt("2026-06-03T00:00:00Z");
  expect((await api.invoices("ada")).map(({ status, total }) => [status, total])).toEqual([["paid", 0]]);

  // The second boundary is 4 July. Cron is late; usage of the first period comes, and a person issues its correction at once.
  vi.setSystemTime(Date.parse("2026-07-04T00:00:10Z"));
  await api.record(calls("ada", 5, "2026-06-01T12:00:00Z"));
  await platform.deliverAll();
  const draft = (await api.invoices("ada")).find(({ status }) => status === "draft");
  await api.post(`/v1/invoices/${draft?.id}/issue`);
  await minuteAt("2026-07-04T00:01:00Z");
  await minuteAt("2026-08-05T00:00:00Z");

  expect((await api.invoices("ada")).flatMap(linesOf).map(([, , quantity, amount, from]) => [quantity, amount, from])).toEqual([
    ["0", 0, "2026-05-01"],
    ["5", 50, "2026-05-01"],
    ["0", 0, "2026-06-02"],
    ["0", 0, "2026-07-04"],
  ]);
});
