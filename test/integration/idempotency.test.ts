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
