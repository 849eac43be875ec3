import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, call, expectProblem, made } from "#test/support/http";
import { prepareWorlds, type World } from "#test/support/prepared-world";
import { expectNothingChanged, settle } from "#test/support/stored-state";

let world: World;

beforeAll(async () => {
  ({ home: world } = await prepareWorlds());
});

const send = (body: unknown, contentType = "application/json"): Promise<Answer> =>
  call({ method: "POST", path: "/v1/events", key: world.adminKey, body, contentType });
const nothingChanges = (work: () => Promise<void>): Promise<void> => expectNothingChanged([world.ledger()], work);

/** What the shared customer has used of the shared meter in March, as exact text. */
async function used(customer = world.shared.customer.key): Promise<string> {
  const query = `customer=${customer}&from=2026-03-01&to=2026-04-01`;
  const { json } = await call({ path: `/v1/meters/${world.shared.meter.key}/query?${query}`, key: world.adminKey });
  return (json as { data: { value: string }[] }).data[0]?.value ?? "no answer";
}

/** An event as text, so that numbers are sent with exactly these digits. `field` replaces or adds one; null leaves it out. */
function eventText(field: string, text: string | null): string {
  const fields: Record<string, string> = Object.fromEntries(
    Object.entries(world.event({ id: world.fresh() })).map(([name, value]) => [name, JSON.stringify(value)]),
  );
  const all = Object.entries({ ...fields, [field]: text }).filter(([, value]) => value !== null);
  return `{${all.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
}

type BadEvent = readonly [field: string, value: string | null, code: string, path: string];
const tokens = (value: string): [string, string] => ["properties", `{"tokens":${value}}`];

const badEvents: readonly BadEvent[] = [
  ["customr", '"acme"', "unknown_field", "/customr"],
  ["a/b~c", "1", "unknown_field", "/a~1b~0c"],
  ["__proto__", "{}", "unknown_field", "/__proto__"],
  ["id", null, "required", "/id"],
  ["id", '""', "invalid_text", "/id"],
  ["id", '"   "', "invalid_text", "/id"],
  ["id", "17", "wrong_type", "/id"],
  ["id", `"${"x".repeat(256)}"`, "invalid_text", "/id"],
  ["id", String.raw`"a\u0000b"`, "invalid_text", "/id"],
  ["id", String.raw`"\ud800"`, "invalid_text", "/id"],
  ["id", String.raw`"a\r\nset-cookie: x=1"`, "invalid_text", "/id"],
  ["source", "[]", "wrong_type", "/source"],
  ["type", null, "required", "/type"],
  ["type", "null", "wrong_type", "/type"],
  ["customer", null, "required", "/customer"],
  ["customer", "{}", "wrong_type", "/customer"],
  ["subscription", "5", "wrong_type", "/subscription"],
  ["subscription", '"sub_unknown"', "subscription_unknown", "/subscription"],
  ["time", '"2026-03-15T10:00:00"', "offset_required", "/time"],
  ["time", '"9999-12-31T23:59:59Z"', "out_of_range", "/time"],
  ["time", '"1969-12-31T23:59:59Z"', "out_of_range", "/time"],
  ["time", '"2026-02-30T10:00:00Z"', "invalid_time", "/time"],
  ["time", '"2100-02-29T10:00:00Z"', "invalid_time", "/time"],
  ["time", '"2026-03-15T24:00:00Z"', "invalid_time", "/time"],
  ["time", '"2026-03-15T10:00:00+25:00"', "invalid_time", "/time"],
  ["time", '"2026-03-15 10:00:00Z"', "invalid_time", "/time"],
  ["time", '"2026-3-15T1:00:00Z"', "invalid_time", "/time"],
  ["time", '"2026-03-15"', "invalid_time", "/time"],
  ["time", '"1"', "invalid_time", "/time"],
  ["time", "1773576000", "wrong_type", "/time"],
  ["time", "null", "wrong_type", "/time"],
  ["time", '"2026-02-08T11:59:59Z"', "event_too_old", "/time"],
  ["time", '"2026-03-15T13:00:01Z"', "event_in_future", "/time"],
  ["properties", "[]", "wrong_type", "/properties"],
  ["properties", '"tokens"', "wrong_type", "/properties"],
  [...tokens("1.1234567890123456789"), "value_too_long", "/properties"],
  [...tokens('"1.1234567890123456789"'), "value_too_long", "/properties"],
  [...tokens("1e-400"), "value_too_long", "/properties"],
  [...tokens("1".repeat(39)), "value_too_long", "/properties"],
  [...tokens("9".repeat(10_000)), "value_too_long", "/properties"],
  ["properties", `{"tokens":1,"text":"${"x".repeat(64_000)}"}`, "event_too_large", ""],
];

/** What the meter of the property cannot read: the event is kept, and counted when it is amended. */
const unread: readonly [value: string | null, code: string][] = [
  [null, "value_missing"],
  ["null", "value_missing"],
  ["true", "value_invalid"],
  ["[3]", "value_invalid"],
  ['"many"', "value_invalid"],
  ['"1e3"', "value_invalid"],
  ['"NaN"', "value_invalid"],
  ['"0x10"', "value_invalid"],
  ['"1,000"', "value_invalid"],
  ['" 5 "', "value_invalid"],
  ['"٣"', "value_invalid"],
  ['".5"', "value_invalid"],
  ["1e400", "value_invalid"],
];

const short = ([field, value, code]: BadEvent): string => `${field} = ${value === null ? "nothing" : value.slice(0, 40)} is ${code}`;

describe("a bad event", () => {
  it.each(badEvents.map((row) => [short(row), row] as const))("with %s, loses none of the good ones beside it", async (_, row) => {
    const [field, value, code, path] = row;
    const before = BigInt(await used());
    const bad = eventText(field, value);
    const answer = await send(`[${eventText("properties", '{"tokens":1}')},${bad},${eventText("properties", '{"tokens":2}')}]`);

    expect({ status: answer.status, json: answer.json }).toMatchObject({
      status: 200,
      json: {
        accepted: 2,
        rejected: 1,
        results: [
          { index: 0, status: "accepted" },
          { index: 1, status: "rejected", code, path },
          { index: 2, status: "accepted" },
        ],
      },
    });
    expect(await used()).toBe(String(before + 3n));
  });

  it("alone is a 422 and changes nothing", async () => {
    await nothingChanges(async () => {
      for (const [field, value, code, path] of badEvents) {
        const answer = await send(eventText(field, value));
        expect({ status: answer.status, json: answer.json }).toMatchObject({
          status: 422,
          json: { accepted: 0, rejected: 1, results: [{ index: 0, status: "rejected", code, path, detail: expect.any(String) }] },
        });
      }
    });
  });

  it.each(["null", "5", '"text"', "[]"])("that is %s and no object is refused", async (text) => {
    const { status, json } = await send(`[${text}]`);

    expect({ status, json }).toMatchObject({ status: 422, json: { results: [{ status: "rejected", code: "invalid_event", path: "" }] } });
  });

  it("in a line of NDJSON loses no other line, unreadable or not", async () => {
    const before = BigInt(await used());
    const good = (): string => eventText("properties", '{"tokens":1}');
    const lines = [good(), '{"id":1', good(), '{"id":"a","id":"b"}', "\u0000", "[".repeat(50), "", good()];
    const { status, json } = await send(lines.join("\n"), "application/x-ndjson");

    expect({ status, json }).toMatchObject({
      status: 200,
      json: {
        accepted: 3,
        rejected: 4,
        results: [
          { status: "accepted" },
          { index: 1, id: null, code: "invalid_json" },
          { status: "accepted" },
          { index: 3, code: "duplicate_key", path: "/id" },
          { index: 4, code: "invalid_json" },
          { index: 5, code: "too_deep" },
          { index: 6, status: "accepted" },
        ],
      },
    });
    expect(await used()).toBe(String(before + 3n));
  });

  it("said as a CloudEvent is told in the words of CloudEvents", async () => {
    const event = { specversion: "1.0", id: "ce", source: "/test", type: "x", subject: world.shared.customer.key };
    const tellsOf = async (change: object): Promise<unknown> =>
      (
        (await send({ ...event, ...change }, "application/cloudevents+json")).json as { results: { code: string; path: string }[] }
      ).results.map(({ code, path }) => `${path} ${code}`);

    await nothingChanges(async () => {
      expect(await tellsOf({ specversion: "0.3" })).toEqual(["/specversion unsupported_specversion"]);
      expect(await tellsOf({ subject: undefined })).toEqual(["/subject required"]);
      expect(await tellsOf({ subject: 5 })).toEqual(["/subject wrong_type"]);
      expect(await tellsOf({ data: "text" })).toEqual(["/data wrong_type"]);
    });
  });
});

describe("an event of 64 kB", () => {
  /** So many bytes long, as it is sent; two bytes a letter. */
  const long = (bytes: number): string => {
    const text = eventText("properties", '{"tokens":1,"text":"@"}');
    const missing = bytes - text.length + 1;
    return text.replace("@", "é".repeat(missing >> 1) + "x".repeat(missing & 1));
  };
  const statuses = async (body: string, type?: string): Promise<unknown> =>
    ((await send(body, type)).json as { results: { status: string; code?: string }[] }).results.map(({ status, code }) => code ?? status);

  it("is taken, and one byte more is too large, in every form it comes in", async () => {
    expect(new TextEncoder().encode(long(64_000))).toHaveLength(64_000);
    expect(await statuses(long(64_000))).toEqual(["accepted"]);
    expect(await statuses(long(64_001))).toEqual(["event_too_large"]);
    expect(await statuses(`[1, ${long(64_000)} , [2], ${long(64_001)}, ${long(300)} ]`)).toEqual([
      "invalid_event",
      "accepted",
      "invalid_event",
      "event_too_large",
      "accepted",
    ]);
    expect(await statuses(`${long(64_001)}\n${long(64_000)}\n`, "application/x-ndjson")).toEqual(["event_too_large", "accepted"]);
  });
});

describe("a value that a meter cannot read", () => {
  it.each(unread.map(([value, code]) => [`${(value ?? "nothing").slice(0, 40)} is ${code}`, value, code] as const))(
    "%s: the event is kept and flagged, and nothing is counted",
    async (_, value, code) => {
      const before = await used();
      const { status, json } = await send(eventText("properties", value === null ? "{}" : `{"tokens":${value}}`));

      expect({ status, json }).toMatchObject({
        status: 200,
        json: {
          accepted: 1,
          unmatched: 1,
          results: [{ status: "accepted", unmatched: "value", problems: [{ code, detail: expect.any(String) }] }],
        },
      });
      expect(await used()).toBe(before);
    },
  );
});

describe("a number in an event", () => {
  it.each([
    ["9007199254740993", "9007199254740993"],
    ["1e3", "1000"],
    ["1.5E+2", "150"],
    ["0.1", "0.1"],
    ["-0", "0"],
    ["0.000000000001", "0.000000000001"],
    ['"12345678901234567890123456789012345678"', "12345678901234567890123456789012345678"],
  ])("%s is counted as exactly %s", async (text, exact) => {
    const customer = await world.customer();
    const event = eventText("customer", JSON.stringify(customer.key)).replace(/"properties":\{[^}]*\}/, `"properties":{"tokens":${text}}`);

    expect((await send(event)).json).toMatchObject({ accepted: 1 });
    expect(await used(customer.key)).toBe(exact);
  });

  it("0.1 and 0.2 are together exactly 0.3", async () => {
    const customer = await world.customer();
    const events = [0.1, 0.2].map((value) => world.event({ id: world.fresh(), customer: customer.key, properties: { tokens: value } }));

    await send(events);
    expect(await used(customer.key)).toBe("0.3");
  });

  it("1.10 and 1.1 are the same event twice, 1.2 is a conflict that changes nothing", async () => {
    const customer = JSON.stringify((await world.customer()).key);
    const event = (value: string): string =>
      `{"id":"spelled","type":"home.request","customer":${customer},"time":"2026-03-15T10:00:00Z","properties":{"tokens":${value}}}`;
    const { json } = await send(`[${event("1.10")},${event("1.1")},${event('"1.1"')},${event("1.2")}]`);

    expect(json).toMatchObject({ accepted: 1, results: [{ status: "accepted" }, { status: "duplicate" }, {}, { status: "conflict" }] });
    expect(await used(JSON.parse(customer) as string)).toBe("1.1");
  });
});

describe("usage of an unknown customer or type", () => {
  const unmatched = async (customer: string): Promise<unknown> => {
    const { json } = await call({ path: "/v1/events/unmatched?limit=100", key: world.adminKey });
    return (json as { data: { customer: string }[] }).data.filter((row) => row.customer === customer);
  };

  it("is kept, flagged and listed, and counted when the customer appears", async () => {
    const customer = world.fresh();
    const { status, json } = await send([world.event({ id: "early-1", customer }), world.event({ id: "early-2", customer })]);

    expect({ status, json }).toMatchObject({ status: 200, json: { accepted: 2, unmatched: 2, results: [{ unmatched: "customer" }, {}] } });
    expect(await unmatched(customer)).toMatchObject([{ reason: "customer", event_type: "home.request", count: 2 }]);

    await made(world.adminKey, "/v1/customers", { key: customer, name: "Late but here" });
    await settle(world.environment);
    expect(await used(customer)).toBe("6");
    expect(await unmatched(customer)).toEqual([]);
    expect((await send(world.event({ id: "early-1", customer }))).json).toMatchObject({ duplicates: 1 });
  });

  it("is kept, flagged and listed, and counted when a meter of its type appears", async () => {
    const { key: customer } = await world.customer();
    await settle(world.environment);
    const { json } = await send(world.event({ id: "new-type", customer, type: "not.metered" }));

    expect(json).toMatchObject({ accepted: 1, unmatched: 1, results: [{ status: "accepted", unmatched: "type" }] });
    expect(await unmatched(customer)).toMatchObject([{ reason: "type", event_type: "not.metered", count: 1 }]);

    await made(world.adminKey, "/v1/meters", { key: "not-metered", name: "Now it is", event_type: "not.metered", aggregation: "count" });
    const { json: answer } = await call({
      path: `/v1/meters/not-metered/query?customer=${customer}&from=2026-03-01&to=2026-04-01`,
      key: world.adminKey,
    });
    expect(answer).toMatchObject({ data: [{ value: "1" }] });
    expect(await unmatched(customer)).toEqual([]);
  });
});

describe("a call of events", () => {
  const many = (count: number, facts: (index: number) => object = () => ({})): object[] =>
    Array.from({ length: count }, (_, index) => world.event({ id: `many-${index}`, ...facts(index) }));

  it("of 10,001 events takes none of them", async () => {
    await nothingChanges(async () => {
      const events = many(10_001);
      expectProblem(await send(events), { status: 422, code: "too_many_events", path: "" });
      const lines = events.map((event) => JSON.stringify(event)).join("\n");
      expectProblem(await send(lines, "application/x-ndjson"), { status: 422, code: "too_many_events", path: "" });
      const batch = events.map((_, index) => ({ specversion: "1.0", id: `many-${index}`, source: "s", type: "t", subject: "c" }));
      expectProblem(await send(batch, "application/cloudevents-batch+json"), { status: 422, code: "too_many_events", path: "" });
    });
  });

  it("of 10,000 events takes them all", async () => {
    const { key: customer } = await world.customer();

    expect((await send(many(10_000, () => ({ customer })))).json).toMatchObject({ accepted: 10_000 });
    expect(await used(customer)).toBe("30000");
  });

  it("of 501 customers takes none of them", async () => {
    await nothingChanges(async () => {
      const answer = await send(many(501, (index) => ({ customer: `crowd-${index}` })));
      expectProblem(answer, { status: 422, code: "too_many_customers", path: "" });
    });
  });

  it.each([
    ["an empty array", "[]", "application/json"],
    ["no line", "\n\n", "application/x-ndjson"],
    ["one object where a batch is announced", "{}", "application/cloudevents-batch+json"],
    ["an array where one CloudEvent is announced", "[]", "application/cloudevents+json"],
  ])("of %s is refused", async (_what, body, type) => {
    await nothingChanges(async () => expectProblem(await send(body, type), { status: 422, code: "invalid_request" }));
  });

  it("with a key twice in one event takes none of them, for the body cannot be trusted", async () => {
    await nothingChanges(async () => {
      const first = eventText("properties", '{"tokens":1}');
      for (const [event, path] of [
        ['{"id":"a","id":"b"}', "/1/id"],
        ['{"id":"a","data":{"a/b":[1,{"x":{},"~":0,"\\u007e":1}]}}', "/1/data/a~1b/1/~0"],
        ['{"id":"[{,:","data":[[],{},{"a":"\\"]","b":{"c":1},"b":2}]}', "/1/data/2/b"],
      ] as const)
        expectProblem(await send(`[${first}, ${event}]`), { status: 400, code: "duplicate_key", path });
    });
  });
});
