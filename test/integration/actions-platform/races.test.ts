import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox, type WireSubscription } from "#test/support/api";
import { catalog, flat, publishPlan, seats, subscribe } from "#test/support/catalog";
import { Platform } from "#test/support/platform";
import { rows } from "#test/support/rows";
import { steered } from "#test/support/steered-database";

let api: Api;
let id: string;

beforeEach(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "team", [seats("seats", "20.00")]);
  ({ id } = await subscribe(api, "ada", "team"));
  await api.advance("2026-01-02T00:00:00Z");
});

const setSeats = (caller: Api, count: number, headers?: Readonly<Record<string, string>>) =>
  caller.answer<{ subscription: WireSubscription }>(
    "POST",
    `/v1/subscriptions/${id}/change`,
    { quantities: { seats: `${count}` } },
    headers,
  );
const held = () => api.get<WireSubscription>(`/v1/subscriptions/${id}`);

describe("two decisions over the same version", () => {
  it("do not both commit: the one that lost decides again on what the other left", async () => {
    const answers = await Promise.all([
      api.answer("POST", `/v1/subscriptions/${id}/cancel`, {}),
      api.answer("POST", `/v1/subscriptions/${id}/cancel`, {}),
    ]);

    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([null, "already_canceled"]));
    const facts = (await rows("event", api.environment)).filter(({ type }) => type === "subscription.cancel_scheduled");
    expect(facts).toHaveLength(1);
  });

  it("end in a conflict for the one that always loses, and it changed nothing", async () => {
    let others = 1;
    const DB = steered(env.DB, {
      onBatch: async (statements) => {
        others += 1;
        expect((await setSeats(api, others)).status).toBe(200);
        return statements;
      },
    });

    const { status, code } = await setSeats(api.through(new Platform({ DB })), 99, { "idempotency-key": "always-loses" });

    expect([status, code]).toEqual([409, "conflict"]);
    expect((await held()).quantities).toEqual({ seats: `${others}` });
    expect(await rows("idempotency", api.environment)).toHaveLength(0);
    const changes = (await rows("event", api.environment)).filter(({ type }) => type === "subscription.changed");
    expect(changes).toHaveLength(others - 1);
  });

  it("by ten callers at once leave one history: each version once, and the MRR movements sum to the level", async () => {
    await Promise.all(Array.from({ length: 10 }, (_, index) => setSeats(api, index + 2)));

    const { quantities } = await held();
    const versions = (await rows("event", api.environment))
      .filter(({ stream }) => stream === `subscription/${id}`)
      .map(({ version }) => Number(version))
      .sort((a, b) => a - b);
    expect(versions).toEqual(versions.map((_, index) => index + 1));
    const movements = await rows("mrr_movement", api.environment);
    const level = movements.reduce((sum, { amount }) => sum + Number(amount), 0);
    expect(level).toBe(Number(quantities["seats"]) * 2_000_000_000);
  });
});

describe("a name that is taken at the same moment", () => {
  it("is given once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => api.answer("POST", "/v1/customers", { key: "bob", name: "Bob", currency: "USD" })),
    );

    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409, 409, 409, 409]);
    expect((await rows("customer", api.environment)).filter(({ key }) => key === "bob")).toHaveLength(1);
  });

  it("publishing a plan happens once", async () => {
    await api.post("/v1/plans", { key: "new", name: "New", currency: "USD", interval: "month", prices: [flat("base", "1.00")] });

    const answers = await Promise.all([api.answer("POST", "/v1/plans/new/publish"), api.answer("POST", "/v1/plans/new/publish")]);

    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([null, "already_published"]));
  });
});

describe("an Idempotency-Key used twice at the same moment", () => {
  it("has one effect, and both callers get the same answer", async () => {
    const create = () =>
      api.answer<{ id: string }>("POST", "/v1/customers", { name: "No key of its own", currency: "USD" }, { "idempotency-key": "twin" });

    const [first, second] = await Promise.all([create(), create()]);

    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.body).toEqual(second.body);
    expect(await rows("customer", api.environment)).toHaveLength(2);
  });
});
