import { beforeAll, describe, expect, it } from "vitest";
import { type Api, sandbox } from "#test/support/api";

let api: Api;
beforeAll(async () => {
  api = await sandbox("2026-03-01T00:00:00Z");
});

type Problem = { code: string; errors: { path: string; code: string; message: string }[] };
const problemsOf = async (body: unknown) => {
  const { status, body: problem } = await api.answer<Problem>("POST", "/v1/meters", body);
  expect(status).toBe(422);
  return problem.errors.map(({ path, code }) => [path, code]);
};

const base = { name: "Usage", event_type: "usage" };

describe("every aggregation is created and read back as it was sent", () => {
  it.each([
    ["count", { aggregation: "count" }, {}],
    ["sum", { aggregation: "sum", value_property: "bytes" }, { value_property: "bytes" }],
    ["min", { aggregation: "min", value_property: "bytes" }, { value_property: "bytes" }],
    ["max", { aggregation: "max", value_property: "a.b" }, { value_property: "a.b" }],
    ["avg", { aggregation: "avg", value_property: "bytes" }, { value_property: "bytes" }],
    ["latest", { aggregation: "latest", value_property: "bytes" }, { value_property: "bytes" }],
    ["unique_count", { aggregation: "unique_count", value_property: "user" }, { value_property: "user" }],
    ["expression", { aggregation: "sum", value_expression: "input + 3 * output" }, { value_expression: "input + 3 * output" }],
    ["percentile", { aggregation: "percentile", value_property: "ms", percentile: "99.9" }, { value_property: "ms", percentile: "99.9" }],
    ["time_weighted", { aggregation: "time_weighted", value_property: "gb" }, { value_property: "gb", time_unit: "hour" }],
    ["seat_days", { aggregation: "time_weighted", value_property: "n", time_unit: "day" }, { value_property: "n", time_unit: "day" }],
    [
      "p95",
      {
        aggregation: "bucketed",
        value_property: "bytes",
        bucket: { window: { unit: "minute", count: 5 }, aggregation: "sum", outer: "percentile", percentile: "95" },
      },
      {
        value_property: "bytes",
        bucket: { window: { unit: "minute", count: 5 }, aggregation: "sum", outer: "percentile", percentile: "95" },
      },
    ],
  ])("%s", async (key, sent, read) => {
    const made = await api.post<Record<string, unknown>>("/v1/meters", { ...base, key, ...sent });
    expect(made).toMatchObject({
      object: "meter",
      key,
      event_type: "usage",
      aggregation: sent.aggregation,
      value_property: null,
      value_expression: null,
      percentile: null,
      time_unit: null,
      bucket: null,
      filters: [],
      dimensions: [],
      unit: null,
      display_scale: null,
      late: "correct",
      archived_at: null,
      ...read,
    });
    expect(await api.get(`/v1/meters/${key}`)).toEqual(made);
  });

  it("peak_of_window is bucketed with the outer max, of sums unless told otherwise", async () => {
    const bucket = { window: { unit: "hour" } };
    const made = await api.post("/v1/meters", { ...base, key: "peak", aggregation: "peak_of_window", value_property: "mw", bucket });
    expect(made).toMatchObject({
      aggregation: "bucketed",
      bucket: { window: { unit: "hour", count: 1 }, aggregation: "sum", outer: "max", percentile: null },
    });
  });

  it("keeps filters, dimensions, unit, display scale and late policy", async () => {
    const facts = {
      filters: [
        { property: "region", operator: "in", values: ["eu", "us"] },
        { property: "ok", operator: "=", value: true },
        { property: "size", operator: ">=", value: 10 },
        { property: "model", operator: "prefix", value: "gpt-" },
        { property: "test", operator: "exists", value: false },
      ],
      dimensions: ["model", "region"],
      unit: "token",
      display_scale: 2,
      late: "reject",
    };
    expect(await api.post("/v1/meters", { ...base, key: "all", aggregation: "count", ...facts })).toMatchObject(facts);
  });
});

describe("what cannot count is refused when it is saved, with its place", () => {
  it.each([
    ["sum without a value", { aggregation: "sum" }, [["/value_property", "required"]]],
    ["count with a value", { aggregation: "count", value_property: "x" }, [["/value_property", "unknown_field"]]],
    ["a value said twice", { aggregation: "sum", value_property: "x", value_expression: "y" }, [["/value_expression", "ambiguous"]]],
    ["a percentile without one", { aggregation: "percentile", value_property: "x" }, [["/percentile", "required"]]],
    ["a percentile above 100", { aggregation: "percentile", value_property: "x", percentile: "100.1" }, [["/percentile", "out_of_range"]]],
    ["a sum with a percentile", { aggregation: "sum", value_property: "x", percentile: "95" }, [["/percentile", "unknown_field"]]],
    ["bucketed without buckets", { aggregation: "bucketed", value_property: "x" }, [["/bucket", "required"]]],
    [
      "a bucket that divides no day",
      { aggregation: "peak_of_window", value_property: "x", bucket: { window: { unit: "minute", count: 7 } } },
      [["/bucket/window/count", "out_of_range"]],
    ],
    [
      "an outer percentile above 100",
      { aggregation: "bucketed", value_property: "x", bucket: { window: { unit: "hour" }, outer: "percentile", percentile: "101" } },
      [["/bucket/percentile", "out_of_range"]],
    ],
    ["a dimension twice", { aggregation: "count", dimensions: ["a", "a"] }, [["/dimensions/1", "repeated"]]],
    [
      "an order filter on a text",
      { aggregation: "count", filters: [{ property: "a", operator: "<", value: "b" }] },
      [["/filters/0/value", "wrong_type"]],
    ],
    ["a field that does not exist", { aggregation: "count", colour: "red" }, [["/colour", "unknown_field"]]],
  ])("%s", async (_what, sent, problems) => {
    expect(await problemsOf({ ...base, key: "refused", ...sent })).toEqual(problems);
  });

  it("a bad expression is refused with the column", async () => {
    const { body } = await api.answer<Problem>("POST", "/v1/meters", {
      ...base,
      key: "refused",
      aggregation: "sum",
      value_expression: "a + * b",
    });
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0]).toMatchObject({ path: "/value_expression", code: "invalid_expression" });
    expect(body.errors[0]?.message).toMatch(/Column 5/);
  });

  it("a second meter of the same key is refused", async () => {
    await api.post("/v1/meters", { ...base, key: "twice", aggregation: "count" });
    expect((await api.answer("POST", "/v1/meters", { ...base, key: "twice", aggregation: "count" })).code).toBe("key_taken");
    expect((await api.answer("POST", "/v1/meters?preview=true", { ...base, key: "twice", aggregation: "count" })).code).toBe("key_taken");
  });
});
