import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { commit } from "#actions/commit";
import { type Api, sandbox, type WireSubscription } from "#test/support/api";
import { catalog, customer, flat, publishPlan, subscribe, usage } from "#test/support/catalog";
import { contextFor } from "#test/support/context";
import { Platform } from "#test/support/platform";
import { everything, rows } from "#test/support/rows";
import { steered } from "#test/support/steered-database";

let api: Api;

beforeEach(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "basic", [flat("base", "100.00"), usage("calls", "0.10")]);
  await publishPlan(api, "pro", [flat("base", "300.00"), usage("calls", "0.10")]);
});

/** A statement that cannot succeed, put into the n-th place of the first batch. */
function failingAt(place: number): { platform: Platform; size: () => number } {
  let size = 0;
  const poison = env.DB.prepare("INSERT INTO organization (id, name, created_at) VALUES ('', NULL, 0)");
  const DB = steered(env.DB, {
    onBatch: (statements) => {
      if (size > 0) return statements;
      size = statements.length;
      return [...statements.slice(0, place), poison, ...statements.slice(place)];
    },
  });
  return { platform: new Platform({ DB }), size: () => size };
}

/** Makes the call fail at every statement of its batch; each time nothing may have changed. Answers how many there were. */
async function failEverywhere(path: string, body: unknown): Promise<number> {
  const before = await everything();
  let size = 1;
  for (let place = 0; place <= size; place++) {
    const broken = failingAt(place);
    const { status } = await api.through(broken.platform).answer("POST", path, body, { "idempotency-key": `once-${path}` });
    size = broken.size();
    expect([place, status]).toEqual([place, 500]);
    expect(await everything()).toEqual(before);
  }
  return size;
}

const countsOf = async () => {
  const tables = ["customer", "subscription", "event", "outbox", "due", "audit", "mrr_movement", "idempotency", "invoice"] as const;
  const counts = await Promise.all(
    tables.map(async (table): Promise<[string, number]> => [table, (await rows(table, api.environment)).length]),
  );
  return Object.fromEntries(counts);
};

describe("a change commits whole or not at all", () => {
  it("when a subscription begins: rows, facts, outbox, audit, MRR movement, due row and stored answer", async () => {
    await customer(api, "ada");
    const before = await countsOf();
    const request = { customer: "ada", plan: "basic" };

    const statements = await failEverywhere("/v1/subscriptions", request);
    const created = await api.post<WireSubscription>("/v1/subscriptions", request, { "idempotency-key": "once-/v1/subscriptions" });

    const after = await countsOf();
    const added = Object.fromEntries(Object.entries(after).map(([table, count]) => [table, count - (before[table] ?? 0)]));
    expect(added).toEqual({
      customer: 0,
      subscription: 1,
      event: 2,
      outbox: 2,
      due: 1,
      audit: 1,
      mrr_movement: 1,
      idempotency: 1,
      invoice: 0,
    });
    // The customer's contract version is raised by a statement of its own.
    expect(statements).toBe(10);
    expect((await rows("audit", api.environment)).at(-1)).toMatchObject({ action: "subscription.create", subject: created.id });
    expect((await rows("mrr_movement", api.environment))[0]).toMatchObject({ type: "new", amount: 10_000_000_000, currency: "USD" });
    const [stored] = (await rows("idempotency", api.environment)).slice(-1);
    expect(JSON.parse(String(stored?.["body"]))).toEqual(created);
  });

  it("when a plan changes", async () => {
    const { id } = await subscribe(api, "ada", "basic");
    await api.advance("2026-01-11T00:00:00Z");

    await failEverywhere(`/v1/subscriptions/${id}/change`, { plan: "pro" });
    await api.post(`/v1/subscriptions/${id}/change`, { plan: "pro" });

    const moved = (await rows("mrr_movement", api.environment)).filter(({ type }) => type !== "new");
    expect(new Set(moved.map(({ type, amount }) => `${type} ${amount}`))).toEqual(
      new Set(["transfer -10000000000", "transfer 10000000000", "expansion 20000000000"]),
    );
  });

  it("when an invoice is issued", async () => {
    await subscribe(api, "ada", "basic");
    await api.advance("2026-02-01T00:00:00Z");
    const draft = (await api.invoices("ada"))[1];

    await failEverywhere(`/v1/invoices/${draft?.id}/issue`, undefined);
    await api.post(`/v1/invoices/${draft?.id}/issue`);

    expect((await api.invoices("ada")).map(({ number }) => number)).toEqual(["INV-2026-0001", "INV-2026-0002"]);
    expect(await rows("billed", api.environment)).toHaveLength(3);
  });

  it("when an environment is made: it cannot lack its seller, its series or its key", async () => {
    const { environments } = { environments: (await everything())["environment"]?.length ?? 0 };

    await failEverywhere("/v1/environments", { kind: "sandbox", key: "one-more", name: "One more" });

    expect((await everything())["environment"]).toHaveLength(environments);
  });
});

it("a batch that committed though its answer was lost is a success", async () => {
  await customer(api, "ada");
  const DB = steered(env.DB, {
    onBatch: async (statements) => {
      await env.DB.batch([...statements]);
      throw new Error("the connection was lost");
    },
  });

  const created = await api
    .through(new Platform({ DB }))
    .answer<WireSubscription>("POST", "/v1/subscriptions", { customer: "ada", plan: "basic" });

  expect(created.status).toBe(201);
  expect(await rows("subscription", api.environment)).toMatchObject([{ id: created.body.id }]);
});

it("a preview commits nothing", async () => {
  const { id } = await subscribe(api, "ada", "basic");
  const before = await everything();

  await api.post(`/v1/subscriptions/${id}/change?preview=true`, { plan: "pro" }, { "idempotency-key": "preview" });
  await api.post(`/v1/subscriptions/${id}/cancel?preview=true`, {});

  expect(await everything()).toEqual(before);
});

it("a value that D1 would refuse is refused here too, before anything is sent", async () => {
  const context = await contextFor(api);
  const before = await everything();
  const change = (letters: number) =>
    commit(context, {
      result: null,
      events: [{ stream: "dead_letter/x", version: 1, type: "dead_letter.replayed", data: { dead_letter: "x" } }],
      writes: [],
      audit: [{ action: "test", subject: "x", before: null, after: "é".repeat(letters) }],
    });

  await expect(change(500_000)).rejects.toThrow("a value of 1000002 bytes");
  expect(await everything()).toEqual(before);

  expect((await change(499_999)).ok).toBe(true);
});
