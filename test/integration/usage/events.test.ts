import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox, type WireEvents } from "#test/support/api";
import { catalog, customer, publishPlan, subscribe, usage } from "#test/support/catalog";
import { calls } from "#test/support/usage";
import { gzipped, send, type Sent } from "#test/support/usage-forms";

const NOW = "2026-03-10T12:00:00Z";
const EVENT = {
  id: "e1",
  source: "shop",
  type: "completion",
  customer: "acme",
  time: "2026-03-10T11:00:00Z",
  properties: { tokens: "0.5" },
};
const CLOUD_EVENT = {
  specversion: "1.0",
  id: "e1",
  source: "shop",
  type: "completion",
  subject: "acme",
  time: "2026-03-10T11:00:00Z",
  datacontenttype: "application/json",
  data: { tokens: "0.5" },
};
const CE_HEADERS = {
  "content-type": "application/json",
  "ce-specversion": "1.0",
  "ce-id": "e1",
  "ce-source": "shop",
  "ce-type": "completion",
  "ce-subject": "acme",
  "ce-time": "2026-03-10T11:00:00Z",
};

let api: Api;
beforeEach(async () => {
  api = await sandbox(NOW);
  await catalog(api);
  await customer(api, "acme");
});

const total = async (meter: string): Promise<string | undefined> =>
  (await api.get<{ data: { value: string }[] }>(`/v1/meters/${meter}/query?customer=acme`)).data[0]?.value;

describe("an event", () => {
  const forms: Record<string, Sent> = {
    "a JSON object": { body: JSON.stringify(EVENT), headers: { "content-type": "application/json" } },
    "JSON with parameters": { body: JSON.stringify(EVENT), headers: { "content-type": "application/json; charset=UTF-8" } },
    "an array": { body: JSON.stringify([EVENT]), headers: { "content-type": "application/json" } },
    NDJSON: { body: `\r\n${JSON.stringify(EVENT)}\r\n\n`, headers: { "content-type": "application/x-ndjson" } },
    "a structured CloudEvent": {
      body: JSON.stringify(CLOUD_EVENT),
      headers: { "content-type": "application/cloudevents+json; charset=utf-8" },
    },
    "a batch of CloudEvents": { body: JSON.stringify([CLOUD_EVENT]), headers: { "content-type": "application/cloudevents-batch+json" } },
    "a binary CloudEvent": { body: JSON.stringify(CLOUD_EVENT.data), headers: CE_HEADERS },
  };

  it.each(Object.entries(forms))("as %s is the same event", async (_, sent) => {
    expect((await send(api, "/v1/events", sent)).body.results).toEqual([{ index: 0, id: "e1", status: "accepted" }]);
    expect(await api.record([EVENT])).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await total("tokens")).toBe("0.5");
  });

  it.each(Object.entries(forms))("as %s may be compressed", async (_, { body, headers }) => {
    const packed = { body: await gzipped(body as string), headers: { ...headers, "content-encoding": "gzip" } };
    expect((await send(api, "/v1/events", packed)).body).toMatchObject({ accepted: 1 });
    expect(await total("tokens")).toBe("0.5");
  });

  it("without a source has that of the key, and without a time happens now", async () => {
    const { results } = await api.record([{ id: "plain", type: "call", customer: "acme" }]);
    expect(results).toEqual([{ index: 0, id: "plain", status: "accepted" }]);
    const { data } = await api.get<{ data: { source: string; time: string }[] }>("/v1/events?customer=acme");
    expect(data).toMatchObject([{ source: expect.stringMatching(/^key_/), time: NOW }]);
  });

  it("larger than 64 kB is refused alone", async () => {
    const properties = { tokens: 1, note: "x".repeat(64_000) };
    const escaped = { tokens: 1, note: "\u0001".repeat(11_000) };
    const sent = [{ ...EVENT, id: "long", properties }, { ...EVENT, id: "escaped", properties: escaped }, EVENT];
    expect((await api.record(sent)).results).toEqual([
      { index: 0, id: "long", status: "rejected", code: "event_too_large", path: "", detail: "An event is at most 64 kB." },
      { index: 1, id: "escaped", status: "rejected", code: "event_too_large", path: "", detail: "An event is at most 64 kB." },
      { index: 2, id: "e1", status: "accepted" },
    ]);
  });

  it("whose value a meter cannot read is kept, flagged and told why", async () => {
    const sent = ["NaN", "Infinity", null, true].map((tokens, index) => ({ ...EVENT, id: `bad-${index}`, properties: { tokens } }));
    const answer = await api.record([...sent, EVENT]);
    expect(answer).toMatchObject({ accepted: 5, rejected: 0, unmatched: 4 });
    expect(answer.results[0]).toMatchObject({
      status: "accepted",
      unmatched: "value",
      problems: [{ meter: "tokens", code: "value_invalid", detail: expect.stringContaining("tokens") }],
    });
    expect(answer.results[2]).toMatchObject({ problems: [{ meter: "tokens", code: "value_missing" }] });
    expect(await total("tokens")).toBe("0.5");
  });
});

describe("a binary CloudEvent", () => {
  const idOf = async (id: string): Promise<unknown> => {
    const sent = { body: JSON.stringify(CLOUD_EVENT.data), headers: { ...CE_HEADERS, "ce-id": id } };
    return (await send(api, "/v1/events", sent)).body.results[0]?.id;
  };

  it("has its attributes unquoted and percent-decoded once", async () => {
    expect(await idOf("Euro%20%E2%82%AC%20%F0%9F%98%80")).toBe("Euro € 😀");
    expect(await idOf("100%2525")).toBe("100%25");
    expect(await idOf('"a \\"quoted\\" id"')).toBe('a "quoted" id');
  });

  it.each(["%E2%82", "%zz", "100%"])("with the attribute %s, which is not percent-encoded UTF-8, is refused", async (id) => {
    const answer = await send(api, "/v1/events", { body: "{}", headers: { ...CE_HEADERS, "ce-id": id } });
    expect([answer.status, answer.code]).toEqual([400, "invalid_header"]);
  });

  it("may have no data, and may not have data that is no object", async () => {
    const nothing = await send(api, "/v1/events", { body: "", headers: { ...CE_HEADERS, "ce-type": "call" } });
    expect(nothing.body).toMatchObject({ accepted: 1 });
    const list = await send(api, "/v1/events", { body: "[1]", headers: { ...CE_HEADERS, "ce-id": "e2" } });
    expect([list.status, list.body.results[0]]).toMatchObject([422, { status: "rejected", code: "wrong_type", path: "/data" }]);
  });
});

describe("a call", () => {
  it("answers each event by itself, in the order they were sent", async () => {
    const lines = [JSON.stringify(EVENT), "{not json", JSON.stringify({ ...EVENT, id: "e2", typ: 1 }), JSON.stringify(EVENT)];
    const answer = await send(api, "/v1/events", { body: lines.join("\n"), headers: { "content-type": "application/x-ndjson" } });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ accepted: 1, duplicates: 1, rejected: 2 });
    expect(answer.body.results).toMatchObject([
      { index: 0, id: "e1", status: "accepted" },
      { index: 1, id: null, status: "rejected", code: "invalid_json" },
      { index: 2, id: "e2", status: "rejected", code: "unknown_field", path: "/typ" },
      { index: 3, id: "e1", status: "duplicate" },
    ]);
  });

  it("takes ten thousand events, and none of one more", async () => {
    const many = calls("acme", 10_001, "2026-03-10T11:00:00Z");
    expect(await api.answer("POST", "/v1/events", many)).toMatchObject({ status: 422, code: "too_many_events" });
    expect(await api.record(many.slice(1))).toMatchObject({ accepted: 10_000 });
    expect(await total("calls")).toBe("10000");
  });

  it("that is a preview tells the results and what they would bill, and keeps nothing", async () => {
    await publishPlan(api, "pro", [usage("calls", "0.10")]);
    const { id } = await api.post<{ id: string }>("/v1/subscriptions", { customer: "acme", plan: "pro" });
    const sent = calls("acme", 3, "2026-03-10T12:30:00Z");
    const preview = await api.post<WireEvents>("/v1/events?preview=true", [...sent, { id: "bad" }]);
    expect(preview).toMatchObject({ accepted: 3, rejected: 1 });
    const period = { start: NOW, end: "2026-04-10T00:00:00Z" };
    expect(preview.effects).toEqual([
      {
        subscription: id,
        meter: "calls",
        period,
        before: "0",
        after: "3",
        invoice: null,
        lands_on: "open_period",
        lines: [{ price: "calls", period, before: 0, after: 30, difference: 30, currency: "USD" }],
      },
    ]);
    expect(await total("calls")).toBe("0");
    expect(await api.record(sent)).toMatchObject({ accepted: 3 });
  });
});

describe("looking at events", () => {
  type Listed = { data: { id: string; status: string; customer: string }[]; next_cursor: string | null };
  const ids = async (query: string): Promise<string[]> =>
    (await api.get<Listed>(`/v1/events?customer=acme${query}`)).data.map(({ id }) => id);

  beforeEach(async () => {
    await api.record([
      { id: "a", type: "call", customer: "acme", time: "2026-03-08T00:00:00Z", properties: { region: "eu", size: 5 } },
      { id: "b", type: "completion", customer: "acme", time: "2026-03-09T00:00:00Z", properties: { region: "us", size: 50 } },
      { id: "c", type: "nobody-knows", customer: "acme", time: "2026-03-10T00:00:00Z" },
    ]);
  });

  it("answers the newest first, by type, status, time and properties", async () => {
    expect(await ids("")).toEqual(["c", "b", "a"]);
    expect(await ids("&type=call,nobody-knows")).toEqual(["c", "a"]);
    expect(await ids("&type=call&type=completion")).toEqual(["b", "a"]);
    expect(await ids("&status=unmatched")).toEqual(["c", "b"]);
    expect(await ids("&from=2026-03-09T00:00:00Z&to=2026-03-10T00:00:00Z")).toEqual(["b"]);
    const filter = (filters: unknown): string => `&filter=${encodeURIComponent(JSON.stringify(filters))}`;
    expect(await ids(filter([{ property: "size", operator: ">", value: 5 }]))).toEqual(["b"]);
    expect(
      await ids(
        filter([
          { property: "region", operator: "exists", value: true },
          { property: "region", operator: "prefix", value: "e" },
        ]),
      ),
    ).toEqual(["a"]);
  });

  it("answers page by page", async () => {
    const first = await api.get<Listed>("/v1/events?customer=acme&limit=2");
    expect(first.data.map(({ id }) => id)).toEqual(["c", "b"]);
    const second = await api.get<Listed>(`/v1/events?customer=acme&limit=2&cursor=${first.next_cursor}`);
    expect([second.data.map(({ id }) => id), second.next_cursor]).toEqual([["a"], null]);
  });

  it("refuses what is no cursor, no filter and no range", async () => {
    const code = async (query: string): Promise<string | null> => (await api.answer("GET", `/v1/events?customer=acme${query}`)).code;
    expect(await code("&cursor=bm9uZQ")).toBe("invalid_cursor");
    expect(await code("&filter=[{}]")).toBe("invalid_request");
    expect(await code("&from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z")).toBe("invalid_range");
  });

  it("shows one event with what it did, on which invoice", async () => {
    api = await sandbox("2026-03-01T00:00:00Z");
    await catalog(api);
    await publishPlan(api, "pro", [usage("calls", "0.10")]);
    const { id: subscription } = await subscribe(api, "acme", "pro");
    await api.record([{ id: "a/1", source: "shop", type: "call", customer: "acme", properties: { region: "eu" } }]);
    const counted = {
      meter: "calls",
      group: {},
      value: "1",
      subscription,
      period: { start: "2026-03-01T00:00:00Z", end: "2026-04-01T00:00:00Z" },
    };
    const path = "/v1/events/a%2F1?customer=acme&source=shop";
    expect(await api.get(path)).toEqual({
      object: "event",
      id: "a/1",
      source: "shop",
      type: "call",
      customer: "acme",
      time: "2026-03-01T00:00:00Z",
      received_at: "2026-03-01T00:00:00Z",
      status: "counted",
      unmatched: null,
      amended: false,
      backfill: null,
      subscription: null,
      properties: { region: "eu" },
      history: [
        {
          at: "2026-03-01T00:00:00Z",
          action: "received",
          reason: null,
          type: "call",
          time: "2026-03-01T00:00:00Z",
          properties: { region: "eu" },
        },
      ],
      counted: [{ ...counted, invoice: null }],
      problems: [],
    });
    await api.advance("2026-04-02T00:00:00Z");
    const [invoice] = await api.invoices("acme");
    expect(await api.get(path)).toMatchObject({
      counted: [{ ...counted, invoice: { id: invoice?.id, number: invoice?.number, status: "paid" } }],
    });
  });

  it("asks for the source where several have sent an id, and finds nothing that was never sent", async () => {
    await api.record([
      { id: "same", source: "one", type: "call", customer: "acme" },
      { id: "same", source: "two", type: "call", customer: "acme" },
    ]);
    expect((await api.answer("GET", "/v1/events/same?customer=acme")).code).toBe("ambiguous_source");
    expect(await api.get("/v1/events/same?customer=acme&source=two")).toMatchObject({ source: "two" });
    expect((await api.answer("GET", "/v1/events/never?customer=acme")).status).toBe(404);
  });
});
