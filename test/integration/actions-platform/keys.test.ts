import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Api, sandbox } from "#test/support/api";
import { catalog, flat, publishPlan, subscribe } from "#test/support/catalog";
import { everything, rows } from "#test/support/rows";

let admin: Api;
let api: Api;
let id: string;
let writes: [string, string, unknown][];

/** A second key, known to this isolate's cache as good, that another isolate revokes: this one has not heard of it. */
beforeEach(async () => {
  admin = await sandbox("2026-01-01T00:00:00Z");
  await catalog(admin);
  await publishPlan(admin, "basic", [flat("base", "10.00")]);
  const created = await admin.post<{ id: string; key: string }>("/v1/api-keys", { name: "Second", scopes: ["admin"] });
  id = created.id;
  api = new Api({ key: created.key, environment: admin.environment, platform: admin.platform });
  const { id: subscription } = await subscribe(admin, "ada", "basic");
  await admin.platform.deliver(admin.platform.sent.splice(0));
  const [invoice] = await admin.invoices("ada");
  const { data } = await admin.get<{ data: { id: string; name: string }[] }>("/v1/api-keys");
  const first = data.find(({ name }) => name === "First key");
  writes = [
    ["POST", "/v1/meters", { key: "more", name: "More", event_type: "more", aggregation: "count" }],
    ["POST", "/v1/products", { key: "more", name: "More" }],
    ["POST", "/v1/customers", { key: "bob", name: "Bob" }],
    ["POST", "/v1/subscriptions", { customer: "ada", plan: "basic" }],
    ["POST", `/v1/subscriptions/${subscription}/cancel`, {}],
    ["POST", `/v1/invoices/${invoice?.id}/pay`, { provider: "manual" }],
    ["POST", `/v1/invoices/${invoice?.id}/void`, undefined],
    ["POST", "/v1/api-keys", { name: "Third", scopes: ["admin"] }],
    ["DELETE", `/v1/api-keys/${first?.id}`, undefined],
    ["POST", "/v1/environments", { kind: "sandbox", key: "hidden", name: "Hidden" }],
    ["POST", `/v1/operations/dead-letters/${await deadLetter()}/replay`, undefined],
    ["POST", "/v1/clock/advance", { to: "2026-03-01T00:00:00Z" }],
  ];
  await api.get("/v1/customers");
});

/** The collection of ada's invoice, as if it had failed too often. */
async function deadLetter(): Promise<string> {
  await env.DB.prepare("UPDATE outbox SET dead_at = 1000 WHERE environment_id = ?").bind(admin.environment).run();
  return String((await rows("outbox", admin.environment))[0]?.["id"]);
}

const setOnKey = (column: "revoked_at" | "expires_at", at: number | null) =>
  env.DB.prepare(`UPDATE api_key SET ${column} = ? WHERE id = ?`).bind(at, id).run();

describe("a key that is still in the cache", () => {
  it("but was revoked cannot write, on any route, from the same instant", async () => {
    for (const [method, path, body] of writes) {
      await setOnKey("revoked_at", null);
      await api.get("/v1/customers");
      await setOnKey("revoked_at", 1_000);
      const before = await everything();

      const { status, code } = await api.answer(method, path, body);

      expect([path, status, code]).toEqual([path, 401, "key_revoked"]);
      expect(await everything()).toEqual(before);
    }
  });

  it("but has expired cannot write", async () => {
    await setOnKey("expires_at", 1_000);
    const before = await everything();

    expect((await api.answer("POST", "/v1/customers", { key: "bob", name: "Bob" })).code).toBe("key_revoked");

    expect(await everything()).toEqual(before);
  });

  it("and was not revoked writes, and is named in the audit log as who did it", async () => {
    await api.post("/v1/customers", { key: "bob", name: "Bob" });

    const last = (await everything())["audit"]?.findLast(({ action }) => action === "customer.create");
    expect([last?.["actor_type"], last?.["actor_id"]]).toEqual(["api_key", id]);
  });
});

it("a key that revokes itself is not known any more by its next call", async () => {
  expect((await api.answer("DELETE", `/v1/api-keys/${id}`)).status).toBe(200);

  expect((await api.answer("GET", "/v1/customers")).code).toBe("unauthenticated");
  expect((await admin.answer("DELETE", `/v1/api-keys/${id}`)).code).toBe("already_revoked");
});
