import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, call, expectProblem } from "#test/support/http";
import { prepareWorlds, type World } from "#test/support/prepared-world";

let world: World;

beforeAll(async () => {
  ({ home: world } = await prepareWorlds());
});

const post = (path: string, body: unknown, idempotencyKey: string, key: string = world.adminKey): Promise<Answer> =>
  call({ method: "POST", path, key, body, headers: { "idempotency-key": idempotencyKey } });

const isReplayed = ({ headers }: Answer): boolean => headers.get("idempotent-replayed") === "true";

describe("another body under a used key", () => {
  it("is one that differs in a digit no double holds", async () => {
    const key = world.fresh();
    const plan = world.planBody();
    const body = (unitAmount: string): string =>
      JSON.stringify({ ...plan, prices: [] }).replace(
        '"prices":[]',
        `"prices":[{"key":"seats","product":${JSON.stringify(world.shared.product.key)},"name":"Seats","kind":"seat","model":{"type":"per_unit","unit_amount":${unitAmount}}}]`,
      );

    expect((await post("/v1/plans", body("9007199254740993"), key)).status).toBe(201);
    expect(isReplayed(await post("/v1/plans", body("9007199254740993"), key))).toBe(true);
    expectProblem(await post("/v1/plans", body("9007199254740992"), key), { status: 422, code: "idempotency_key_reused" });
  });

  it("is not the same body in another order and with other white space", async () => {
    const [key, product] = [world.fresh(), world.fresh()];

    expect((await post("/v1/products", `{"key":"${product}","name":"A"}`, key)).status).toBe(201);
    expect(isReplayed(await post("/v1/products", ` { "name" : "A", "key" : "${product}" } `, key))).toBe(true);
  });
});

describe("two calls with one key at the same moment", () => {
  it("do one thing and get one answer, where the second finds what the first has made", async () => {
    const body = { key: world.fresh(), name: "Twice" };
    for (const path of ["/v1/customers", "/v1/products"]) {
      const key = world.fresh();
      const answers = await Promise.all([1, 2, 3].map(() => post(path, body, key)));

      expect(answers.map(({ status, text }) => [status, text])).toEqual(answers.map(() => [201, answers[0]?.text]));
      expect(answers.filter(isReplayed)).toHaveLength(2);
    }
  });

  it("do one thing and get one answer, where the first has changed what the second would change", async () => {
    const [plan, key] = [await world.draftPlan(), world.fresh()];
    const answers = await Promise.all([1, 2].map(() => post(`/v1/plans/${plan.id}/publish`, undefined, key)));

    expect(answers.map(({ status, text }) => [status, text])).toEqual(answers.map(() => [200, answers[0]?.text]));
  });

  it("are one call and a refusal when they say different things", async () => {
    const key = world.fresh();
    const answers = await Promise.all([1, 2].map((n) => post("/v1/customers", { key: world.fresh(), name: `${n}` }, key)));
    const [done, refused] = answers.toSorted((a, b) => a.status - b.status) as [Answer, Answer];

    expect(done.status).toBe(201);
    expectProblem(refused, { status: 422, code: "idempotency_key_reused" });
  });
});

describe("an organization made by its operator", () => {
  type Made = { organization: { id: string }; environments: { environment: { id: string }; api_key: { key: string | null } }[] };
  const create = (name: string, key: string): Promise<Answer> => post("/v1/organizations", { name }, key, env.BOOTSTRAP_TOKEN);

  it("is made once under a key; the repeat shows the same without its secrets", async () => {
    const key = world.fresh();
    const [first, second] = [await create("Once", key), await create("Once", key)];
    const [made, again] = [first.json as Made, second.json as Made];

    expect([first.status, second.status, isReplayed(first), isReplayed(second)]).toEqual([201, 201, false, true]);
    expect(again.organization).toEqual(made.organization);
    expect(again.environments.map(({ environment }) => environment)).toEqual(made.environments.map(({ environment }) => environment));
    expect(made.environments.map(({ api_key }) => typeof api_key.key)).toEqual(["string", "string"]);
    expect(again.environments.map(({ api_key }) => api_key.key)).toEqual([null, null]);
    expectProblem(await create("Another", key), { status: 422, code: "idempotency_key_reused" });
  });

  it("is made once by two calls at the same moment", async () => {
    const key = world.fresh();
    const answers = await Promise.all([create("At once", key), create("At once", key)]);
    const [one, other] = answers.map(({ json }) => (json as Made).organization.id);

    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(other).toBe(one);
  });
});

describe("a correction of usage", () => {
  const voidEvent = (id: string, key: string): Promise<Answer> => post("/v1/events/void", { customer: world.shared.customer.key, id }, key);
  const amend = (id: string, tokens: number, key: string): Promise<Answer> =>
    post("/v1/events/amend", { customer: world.shared.customer.key, id, properties: { tokens } }, key);

  it("repeated under its key answers what the first was answered, not that there is nothing left to change", async () => {
    const [voided, amended] = [await world.recordedEvent(), await world.recordedEvent()];
    for (const [send, sums] of [
      [(key: string) => voidEvent(voided, key), { voided: 1, unchanged: 0 }],
      [(key: string) => amend(amended, 7, key), { amended: 1, unchanged: 0 }],
    ] as const) {
      const key = world.fresh();
      const [first, second] = [await send(key), await send(key)];

      expect(first.json).toMatchObject(sums);
      expect([second.status, second.text, isReplayed(second)]).toEqual([200, first.text, true]);
    }
  });

  it("is not made where the key was used for another", async () => {
    const [one, other, key] = [await world.recordedEvent(), await world.recordedEvent(), world.fresh()];
    await voidEvent(one, key);

    expectProblem(await voidEvent(other, key), { status: 422, code: "idempotency_key_reused" });
    const seen = await call({ path: `/v1/events/${other}?customer=${world.shared.customer.key}`, key: world.adminKey });
    expect(seen.json).toMatchObject({ status: "counted" });
  });

  it("that could not be made is not stored: the same key makes it later", async () => {
    const [id, key] = [world.fresh(), world.fresh()];
    expect((await voidEvent(id, key)).status).toBe(422);
    await world.recordEvent(id);

    expect((await voidEvent(id, key)).json).toMatchObject({ voided: 1 });
  });

  it("asked for twice at the same moment is made once, and both get one answer", async () => {
    const [id, key] = [await world.recordedEvent(), world.fresh()];
    const answers = await Promise.all([voidEvent(id, key), voidEvent(id, key)]);

    expect(answers.map(({ status, text }) => [status, text])).toEqual(answers.map(() => [200, answers[0]?.text]));
    expect(answers.filter(isReplayed)).toHaveLength(1);
  });
});
