import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, call, expectProblem } from "#test/support/http";
import { type DocumentedOperation, documentedOperations } from "#test/support/documented-operations";
import { prepareWorlds, type World } from "#test/support/prepared-world";
import { expectNothingChanged } from "#test/support/stored-state";
import { rateLimit } from "#worker/rate-limit";

const VERSION = "2026-11-01";
const operations = await documentedOperations();
let world: World;

beforeAll(async () => {
  ({ home: world } = await prepareWorlds());
});

/** One place for every path of the document, with a name for each of its parameters. */
const places: ReadonlyMap<string, readonly DocumentedOperation[]> = Map.groupBy(operations, ({ path }) =>
  path.replaceAll(/\{\w+\}/g, "some-name"),
);

/** A fixed path may stand where a name could: `/v1/meters/evaluate` takes what is asked of a meter called evaluate, too. */
function takenAt(path: string): string[] {
  const here = operations.filter((operation) => new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path));
  return [...new Set(here.map(({ method }) => method))];
}

describe("every answer", () => {
  const answers = async (): Promise<Answer[]> =>
    Promise.all([
      call({ path: "/health" }),
      call({ path: "/openapi.json" }),
      call({ path: "/docs" }),
      call({ path: "/nowhere" }),
      call({ path: "/v1/customers" }),
      call({ path: "/v1/customers", key: world.adminKey }),
      call({ method: "POST", path: "/v1/customers", key: world.adminKey, body: "{" }),
      call({ method: "PUT", path: "/v1/customers", key: world.adminKey }),
      call({ path: "/v1/clock", key: world.adminKey, headers: { "tollgate-version": "1999-01-01" } }),
    ]);

  it("has a request id of its own, the version of the API and the headers that protect a reader", async () => {
    const all = await answers();
    for (const { headers } of all) {
      expect(Object.fromEntries(headers)).toMatchObject({
        "request-id": expect.stringMatching(/^req_[0-9A-HJKMNP-TV-Z]{26}$/),
        "tollgate-version": VERSION,
        "cache-control": "no-store",
        "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=31536000; includeSubDomains",
        "x-content-type-options": "nosniff",
      });
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
    expect(new Set(all.map(({ headers }) => headers.get("request-id"))).size).toBe(all.length);
  });

  it("takes no request id, origin or host from its caller", async () => {
    const headers = {
      "request-id": "req_mine",
      "x-request-id": "mine",
      origin: "https://evil.example",
      "x-forwarded-host": "evil.example",
    };
    const answer = await call({ path: "/v1/customers/none", key: world.adminKey, headers });

    expectProblem(answer, { status: 404, code: "not_found" });
    expect(JSON.stringify([...answer.headers]) + answer.text).not.toMatch(/evil|mine/);
  });
});

describe("the version of the API", () => {
  it("is the one there is: named or not, the answer is the same", async () => {
    const answer = await call({ path: "/v1/clock", key: world.adminKey, headers: { "tollgate-version": VERSION } });

    expect(answer.json).toEqual((await call({ path: "/v1/clock", key: world.adminKey })).json);
  });

  it.each(["2025-01-01", "2027-01-01", "1", "latest"])("%s is refused rather than guessed at, and nothing is done", async (version) => {
    await expectNothingChanged([], async () => {
      const call_ = { method: "POST", path: "/v1/products", key: world.adminKey, body: { key: "p", name: "P" } };
      expectProblem(await call({ ...call_, headers: { "tollgate-version": version } }), { status: 400, code: "unknown_version" });
    });
  });
});

describe("the rate limit", () => {
  it("is told on every answer to a key, and counts down", async () => {
    const { key } = await world.apiKey(["check"]);
    const ask = () => call({ path: "/v1/clock", key });
    const [first, second] = [await ask(), await ask()];

    expect(first.status).toBe(403);
    expect(first.headers.get("ratelimit-policy")).toBe('"default";q=100000;w=10');
    expect(first.headers.get("ratelimit")).toMatch(/^"default";r=99999;t=(10|[1-9])$/);
    expect(second.headers.get("ratelimit")).toMatch(/^"default";r=99998;t=(10|[1-9])$/);
    expect((await call({ path: "/v1/clock" })).headers.get("ratelimit")).toBeNull();
  });

  it("refuses what is too much, says when to come again, and does nothing", async () => {
    const { id, key } = await world.apiKey(["write"]);
    for (let calls = 0; calls < 100_000; calls++) rateLimit(id);

    await expectNothingChanged([], async () => {
      const answer = await call({ method: "POST", path: "/v1/products", key, body: { key: "one-more", name: "One more" } });
      expectProblem(answer, { status: 429, code: "rate_limited" });
      const rest = /^"default";r=0;t=(\d+)$/.exec(answer.headers.get("ratelimit") ?? "")?.[1];
      expect(Number(rest)).toBeGreaterThan(1);
      expect(answer.headers.get("retry-after")).toBe(rest);
    });
  });
});

describe("the limit of a list", () => {
  it.each(["0x10", "2e0", "1.0", "+5", " 5", "", "٣", "true"])("%j is no whole number in digits", async (limit) => {
    const answer = await call({ path: `/v1/customers?limit=${encodeURIComponent(limit)}`, key: world.adminKey });
    expectProblem(answer, { status: 422, code: "invalid_request", path: "/limit", fieldCode: "wrong_type" });
  });

  it.each(["0", "101", "999999999"])("%s is out of range", async (limit) => {
    const answer = await call({ path: `/v1/customers?limit=${limit}`, key: world.adminKey });
    expectProblem(answer, { status: 422, code: "invalid_request", path: "/limit", fieldCode: "out_of_range" });
  });
});

describe("a route that is not there", () => {
  it.each([
    "/",
    "/v1",
    "/v1/nowhere",
    "/v1/customers/",
    "//v1/customers",
    "/V1/customers",
    "/v1/customers;x=1",
    "/v1/customers/a/b/c",
    "/v1/plans/a/unpublish",
    "/.env",
    "/v1/%zz",
    "/v1/%00",
    "/v1/../../etc/passwd",
    `/${"x".repeat(9_000)}`,
  ])("%.40s is a 404", async (path) => {
    expectProblem(await call({ path, key: world.adminKey }), { status: 404, code: "not_found" });
  });

  it.each([...places.keys()])("%s takes only the methods of the document, and says which", async (path) => {
    const taken = takenAt(path);
    await expectNothingChanged([], async () => {
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"].filter((one) => !taken.includes(one))) {
        const answer = await call({ method, path, key: world.adminKey, headers: { "x-http-method-override": "DELETE" } });
        expectProblem(answer, { status: 405, code: "method_not_allowed" });
        expect(allowed(answer)).toEqual(taken.toSorted());
      }
    });
  });

  it("a method override is ignored", async () => {
    const { id } = await world.apiKey();
    const headers = { "x-http-method-override": "DELETE" };
    const answer = await call({ path: `/v1/api-keys?_method=DELETE`, key: world.adminKey, headers });
    expect(answer.status).toBe(422);
    expectProblem(await call({ method: "POST", path: `/v1/api-keys/${id}`, key: world.adminKey, headers }), {
      status: 405,
      code: "method_not_allowed",
    });
  });

  it("HEAD answers as GET does, without a body", async () => {
    const answer = await call({ method: "HEAD", path: "/v1/clock", key: world.adminKey });

    expect([answer.status, answer.text, answer.headers.get("tollgate-version")]).toEqual([200, "", VERSION]);
  });
});

describe("what is open to all", () => {
  it("/health says that the Worker runs", async () => {
    expect((await call({ path: "/health" })).json).toEqual({ status: "ok" });
  });

  it("/openapi.json is OpenAPI 3.1 and says of every operation which scope and problem it has", async () => {
    const { json } = await call({ path: "/openapi.json" });

    expect(json).toMatchObject({ openapi: "3.1.0", info: { title: "Tollgate", version: VERSION } });
    for (const { id, scope, security, answers } of operations) {
      expect([id, scope]).toEqual([id, expect.stringMatching(/^(ingest|check|read|write|admin|operator)$/)]);
      expect([id, security.length]).toEqual([id, 1]);
      expect([id, answers["default"]]).toEqual([id, ["application/problem+json"]]);
    }
  });

  it("/docs lists every operation and needs neither script nor network", async () => {
    const { text, headers } = await call({ path: "/docs" });

    expect(headers.get("content-type")).toMatch(/^text\/html; charset=utf-8$/i);
    expect(operations.filter(({ id }) => !text.includes(`id="${id}"`))).toEqual([]);
    expect(text).not.toMatch(/<script|<link|<img|@import|url\(|https?:\/\//);
  });
});

describe("an invoice", () => {
  it("is read as JSON, as text or as a page, as the caller asks", async () => {
    const path = `/v1/invoices/${await world.draftInvoice()}`;
    const as = (accept: string): Promise<Answer> => call({ path, key: world.adminKey, headers: { accept } });

    expect((await as("application/json")).json).toMatchObject({ object: "invoice", status: "draft" });
    expect((await as("text/xml")).headers.get("content-type")).toBe("application/json");
    const [text, page] = [await as("text/plain"), await as("text/html,application/xhtml+xml")];
    expect([text.status, text.headers.get("content-type")]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, expect.stringMatching(/^text\/html/)]);
    for (const { text: shown } of [text, page]) expect(shown).toContain("Tokens");
  });

  it.each([
    ["application/json, text/html;q=0.1", "application/json"],
    ["text/html;q=0.1, text/plain;q=0.2", "text/plain"],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"],
    ["text/html;q=0, */*", "application/json"],
    ["text/*", "text/html"],
    ["*/*", "application/json"],
    ["TEXT/HTML; Q=1.0", "text/html"],
    ["text/htmlish", "application/json"],
  ])("asked for as %s is %s", async (accept, type) => {
    const answer = await call({ path: `/v1/invoices/${await world.draftInvoice()}`, key: world.adminKey, headers: { accept } });

    expect([answer.status, answer.headers.get("content-type")?.split(";")[0]?.toLowerCase()]).toEqual([200, type]);
  });

  it("is no more open as text or as a page than as JSON", async () => {
    const { key } = await world.apiKey(["ingest", "check"]);
    for (const accept of ["text/plain", "text/html"]) {
      const headers = { accept };
      expectProblem(await call({ path: "/v1/invoices/inv_1", headers }), { status: 401, code: "unauthenticated" });
      expectProblem(await call({ path: "/v1/invoices/inv_1", key, headers }), { status: 403, code: "forbidden_scope" });
      expectProblem(await call({ path: "/v1/invoices/inv_1", key: world.adminKey, headers }), { status: 404, code: "not_found" });
    }
  });

  it("shows what a customer wrote and never runs it", async () => {
    const script = "<script>alert(1)</script>";
    const { key: customer } = (
      await call({
        method: "POST",
        path: "/v1/customers",
        key: world.adminKey,
        body: { key: "scripted", name: script },
      })
    ).json as { key: string };
    const invoice = await world.issuedInvoice({ key: customer });
    const { text } = await call({ path: `/v1/invoices/${invoice}`, key: world.adminKey, headers: { accept: "text/html" } });

    expect(text).not.toContain(script);
    expect(text).toContain("&lt;script&gt;");
  });
});

describe("CloudEvents", () => {
  const event = (id: string): object => ({
    specversion: "1.0",
    id,
    source: "/gateway",
    type: "home.request",
    subject: world.shared.customer.key,
    time: "2026-03-15T10:00:00Z",
    datacontenttype: "application/json",
    traceparent: "00-1-1-01",
    data: { tokens: 1 },
  });
  const send = (body: unknown, contentType: string): Promise<Answer> =>
    call({ method: "POST", path: "/v1/events", key: world.adminKey, body, contentType });

  it.each([
    "application/cloudevents+json",
    "application/cloudevents+json; charset=utf-8",
    'Application/CloudEvents+JSON ; Charset="UTF-8"',
  ])("one by one as %s are counted once", async (type) => {
    const once = event(`structured ${type}`);
    expect((await send(once, type)).json).toMatchObject({ accepted: 1, results: [{ id: `structured ${type}`, status: "accepted" }] });
    expect((await send(once, type)).json).toMatchObject({ duplicates: 1 });
  });

  it.each(["application/cloudevents-batch+json", "application/cloudevents-batch+json; charset=utf-8; profile=x"])(
    "in a batch as %s are counted once",
    async (type) => {
      const batch = [event(`1 ${type}`), event(`2 ${type}`), event(`1 ${type}`)];
      expect((await send(batch, type)).json).toMatchObject({ accepted: 2, duplicates: 1 });
    },
  );

  it("are the same event in every form they come in", async () => {
    expect((await send(event("forms"), "application/cloudevents+json")).json).toMatchObject({ accepted: 1 });
    const plain = { id: "forms", source: "/gateway", type: "home.request", customer: world.shared.customer.key };
    const same = { ...plain, time: "2026-03-15T10:00:00Z", properties: { tokens: 1 } };
    expect((await send(same, "application/json")).json).toMatchObject({ duplicates: 1 });
    expect((await send(JSON.stringify(same), "application/x-ndjson; charset=utf-8")).json).toMatchObject({ duplicates: 1 });
  });
});

function allowed({ headers }: Answer): string[] {
  return (headers.get("allow") ?? "").split(", ").toSorted();
}
