import { beforeAll, expect, it } from "vitest";
import { type Api, sandbox } from "#test/support/api";

let api: Api;
beforeAll(async () => {
  api = await sandbox("2026-03-01T12:00:00Z");
});

const evaluate = (body: unknown) => api.post("/v1/meters/evaluate", body);

it("says what each event is worth, to which group, and the totals", async () => {
  const definition = {
    event_type: "llm",
    aggregation: "sum",
    value_expression: "input + 3 * output",
    filters: [{ property: "model", operator: "prefix", value: "m" }],
    dimensions: ["model"],
  };
  const events = [
    { properties: { model: "m1", input: 10, output: 1 } },
    { properties: { model: "m2", input: "0.1", output: 0 } },
    { properties: { model: "m1", input: 1, output: 1 } },
    { properties: { model: "other", input: 1, output: 1 } },
    { type: "chat", properties: { model: "m1", input: 1, output: 1 } },
    { properties: { model: "m1", input: 5 } },
    { time: "yesterday", properties: {} },
  ];
  expect(await evaluate({ definition, events })).toEqual({
    total: "17.1",
    groups: [
      { group: { model: "m1" }, value: "17" },
      { group: { model: "m2" }, value: "0.1" },
    ],
    events: [
      { index: 0, status: "counted", group: { model: "m1" }, value: "13" },
      { index: 1, status: "counted", group: { model: "m2" }, value: "0.1" },
      { index: 2, status: "counted", group: { model: "m1" }, value: "4" },
      { index: 3, status: "not_counted" },
      { index: 4, status: "not_counted" },
      expect.objectContaining({ index: 5, status: "problem", code: "value_missing" }),
      expect.objectContaining({ index: 6, status: "problem", code: "invalid_time", path: "/time" }),
    ],
  });
});

it("makes 95th-percentile billing of five-minute sums", async () => {
  const bucket = { window: { unit: "minute", count: 5 }, aggregation: "sum", outer: "percentile", percentile: "95" };
  const definition = { event_type: "traffic", aggregation: "bucketed", value_property: "mb", bucket };
  // Twenty buckets of 1 … 20: nearest rank ⌈0.95 × 20⌉ is the nineteenth.
  const events = Array.from({ length: 20 }, (_, index) => ({
    time: new Date(Date.UTC(2026, 2, 1, 0, index * 5)).toISOString(),
    properties: { mb: index + 1 },
  }));
  const range = { from: "2026-03-01T00:00:00Z", to: "2026-03-01T01:40:00Z" };
  expect(await evaluate({ definition, events, ...range })).toMatchObject({ total: "19" });
});

it("counts level times time in the range that is asked for", async () => {
  const definition = { event_type: "disk", aggregation: "time_weighted", value_property: "gb" };
  const events = [
    { time: "2026-03-01T00:00:00Z", properties: { gb: 10 } },
    { time: "2026-03-01T06:00:00Z", properties: { gb: "2.5" } },
  ];
  // 6 h at 10 GB and 6 h at 2.5 GB, until the clock's now.
  expect(await evaluate({ definition, events })).toMatchObject({ total: "75" });
  expect(await evaluate({ definition, events, to: "2026-03-01T08:00:00Z" })).toMatchObject({ total: "65" });
});

it("says what a unique count tells apart", async () => {
  const definition = { event_type: "login", aggregation: "unique_count", value_property: "user" };
  const events = ["ann", "bob", "ann"].map((user) => ({ properties: { user } }));
  expect(await evaluate({ definition, events })).toMatchObject({
    total: "2",
    events: [{ value: "ann" }, { value: "bob" }, { value: "ann" }],
  });
});

it("refuses a definition that cannot count, with its place", async () => {
  const answer = await api.answer<{ errors: { path: string }[] }>("POST", "/v1/meters/evaluate", {
    definition: { event_type: "a", aggregation: "sum", value_expression: "a +" },
    events: [],
  });
  expect([answer.code, answer.body.errors[0]?.path]).toEqual(["invalid_meter", "/definition/value_expression"]);
});

it("stores nothing", async () => {
  const { data } = await api.get<{ data: unknown[] }>("/v1/meters");
  expect(data).toEqual([]);
});
