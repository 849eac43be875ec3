import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox } from "#test/support/api";
import { customer } from "#test/support/catalog";

type Row = { start: string; end: string; customer: string | null; group: Record<string, string | null>; value: string; exact: boolean };
type Totals = { meter: string; unit: string | null; time_zone: string; data: Row[]; next_cursor: string | null };

let api: Api;

const rows = async (query: string, meter = "traffic"): Promise<Totals["data"]> =>
  (await api.get<Totals>(`/v1/meters/${meter}/query?${query}`)).data;
const short = (data: readonly Row[]) => data.map(({ start, end, value }) => [start, end, value]);
const refusal = async (query: string, meter = "traffic"): Promise<unknown[]> => {
  const { status, code, body } = await api.answer<{ errors?: { path: string; code: string }[] }>(
    "GET",
    `/v1/meters/${meter}/query?${query}`,
  );
  return [status, code, body.errors?.[0]?.path];
};

let sent = 0;
const used = (customerKey: string, time: string, value: unknown, properties: object = {}) => {
  sent += 1;
  return { id: `e${sent}`, source: "test", type: "request", customer: customerKey, time, properties: { value, ...properties } };
};

const meter = (key: string, rest: object): Promise<unknown> => api.post("/v1/meters", { key, name: key, event_type: "request", ...rest });

beforeEach(async () => {
  api = await sandbox("2024-05-07T12:00:00Z");
  await meter("traffic", { aggregation: "sum", value_property: "value", dimensions: ["region", "tier"], unit: "byte" });
});

describe("five customers with one value at four times", () => {
  const names = ["customer-1", "customer-2", "customer-3", "customer-4", "customer-5"];
  const times = ["2024-05-06T00:00:00Z", "2024-05-06T00:01:00Z", "2024-05-06T01:00:00Z", "2024-05-07T00:00:00Z"];

  beforeEach(async () => {
    await Promise.all(names.map((name) => customer(api, name)));
    await api.record(names.flatMap((name) => times.map((time) => used(name, time, "100"))));
  });

  it("make one total, from the minute of the first event to that after the last", async () => {
    expect(short(await rows(""))).toEqual([["2024-05-06T00:00:00Z", "2024-05-07T00:01:00Z", "2000"]]);
  });

  it("make windows of a minute, an hour, a day, a week and a month, where there is usage", async () => {
    expect(short(await rows("window=minute"))).toEqual([
      ["2024-05-06T00:00:00Z", "2024-05-06T00:01:00Z", "500"],
      ["2024-05-06T00:01:00Z", "2024-05-06T00:02:00Z", "500"],
      ["2024-05-06T01:00:00Z", "2024-05-06T01:01:00Z", "500"],
      ["2024-05-07T00:00:00Z", "2024-05-07T00:01:00Z", "500"],
    ]);
    const range = "from=2024-05-01&to=2024-06-01";
    expect(short(await rows(`window=hour&${range}`))).toEqual([
      ["2024-05-06T00:00:00Z", "2024-05-06T01:00:00Z", "1000"],
      ["2024-05-06T01:00:00Z", "2024-05-06T02:00:00Z", "500"],
      ["2024-05-07T00:00:00Z", "2024-05-07T01:00:00Z", "500"],
    ]);
    expect(short(await rows(`window=day&${range}`))).toEqual([
      ["2024-05-06T00:00:00Z", "2024-05-07T00:00:00Z", "1500"],
      ["2024-05-07T00:00:00Z", "2024-05-08T00:00:00Z", "500"],
    ]);
    expect(short(await rows(`window=week&${range}`))).toEqual([["2024-05-06T00:00:00Z", "2024-05-13T00:00:00Z", "2000"]]);
    expect(short(await rows(`window=month&${range}`))).toEqual([["2024-05-01T00:00:00Z", "2024-06-01T00:00:00Z", "2000"]]);
  });

  it("are asked for by comma or one by one, and told apart by group", async () => {
    expect((await rows("customer=customer-1,customer-2"))[0]).toMatchObject({ value: "800", customer: null });
    expect((await rows("customer=customer-1&customer=customer-2&customer=customer-3"))[0]).toMatchObject({ value: "1200" });
    expect((await rows("group_by=customer")).map(({ customer, value }) => [customer, value])).toEqual(names.map((name) => [name, "400"]));
    expect(await refusal("customer=customer-1,nobody")).toEqual([422, "unknown_customer", "/customer"]);
  });

  it("are answered page by page, in order", async () => {
    const seen: string[] = [];
    let cursor = "";
    for (let pages = 0; pages < 10; pages++) {
      const page = await api.get<Totals>(`/v1/meters/traffic/query?window=day&from=2024-05-01&group_by=customer&limit=3${cursor}`);
      seen.push(...page.data.map(({ start, customer }) => `${start.slice(8, 10)} ${customer}`));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(seen).toEqual([...names.map((name) => `06 ${name}`), ...names.map((name) => `07 ${name}`)]);
  });
});

describe("days on which clocks change", () => {
  const day = (time: string) => used("acme", time, "1");
  const hours = (data: readonly Row[]) => data.map(({ start, end }) => [start, (Date.parse(end) - Date.parse(start)) / 3_600_000]);

  it("have 25 hours in autumn", async () => {
    api = await sandbox("2025-11-07T00:00:00Z");
    await meter("traffic", { aggregation: "sum", value_property: "value" });
    await customer(api, "acme", { time_zone: "America/Los_Angeles" });
    const before = ["2025-10-30", "2025-10-31", "2025-11-01"].map((date) => day(`${date}T10:00:00-07:00`));
    await api.record([...before, ...["2025-11-02", "2025-11-03", "2025-11-04", "2025-11-05"].map((date) => day(`${date}T10:00:00-08:00`))]);
    const data = await rows("customer=acme&window=day&from=2025-10-30&to=2025-11-06");
    expect(hours(data)).toEqual([
      ["2025-10-30T07:00:00Z", 24],
      ["2025-10-31T07:00:00Z", 24],
      ["2025-11-01T07:00:00Z", 24],
      ["2025-11-02T07:00:00Z", 25],
      ["2025-11-03T08:00:00Z", 24],
      ["2025-11-04T08:00:00Z", 24],
      ["2025-11-05T08:00:00Z", 24],
    ]);
    expect(data.every(({ value }) => value === "1")).toBe(true);
  });

  it("have 23 hours in spring, in the zone that is asked for", async () => {
    api = await sandbox("2026-04-01T00:00:00Z");
    await meter("traffic", { aggregation: "sum", value_property: "value" });
    await customer(api, "acme");
    await api.record([day("2026-03-28T23:30:00Z"), day("2026-03-29T21:59:59Z"), day("2026-03-29T22:00:00Z")]);
    expect(short(await rows("customer=acme&window=day&from=2026-03-28&to=2026-03-31&time_zone=Europe/Berlin"))).toEqual([
      ["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "2"],
      ["2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z", "1"],
    ]);
  });
});

describe("groups and filters", () => {
  beforeEach(async () => {
    await customer(api, "acme");
    await customer(api, "bolt");
    await api.record([
      used("acme", "2024-05-06T10:00:00Z", "0.1", { region: "eu", tier: "free", size: 3 }),
      used("acme", "2024-05-06T11:00:00Z", "0.2", { region: "eu", tier: "paid", size: 30 }),
      used("acme", "2024-05-06T12:00:00Z", "4", { tier: "paid" }),
      used("bolt", "2024-05-06T13:00:00Z", "8", { region: "us", tier: "paid", size: 300 }),
    ]);
  });

  it("name what was absent, and add up exactly", async () => {
    const grouped = await rows("group_by=region");
    expect(grouped.map(({ group, value }) => [group, value])).toEqual(
      expect.arrayContaining([
        [{ region: "eu" }, "0.3"],
        [{ region: null }, "4"],
        [{ region: "us" }, "8"],
      ]),
    );
    expect(grouped).toHaveLength(3);
    const both = await rows("customer=acme&group_by=region,tier&window=day&from=2024-05-06");
    expect(both.map(({ group, value }) => [group, value])).toEqual(
      expect.arrayContaining([
        [{ region: "eu", tier: "free" }, "0.1"],
        [{ region: "eu", tier: "paid" }, "0.2"],
        [{ region: null, tier: "paid" }, "4"],
      ]),
    );
  });

  it("hold for any property", async () => {
    const filter = (filters: unknown): string => `filter=${encodeURIComponent(JSON.stringify(filters))}`;
    expect((await rows(filter([{ property: "region", operator: "in", values: ["eu", "us"] }])))[0]?.value).toBe("8.3");
    expect((await rows(filter([{ property: "size", operator: ">=", value: 30 }])))[0]?.value).toBe("8.2");
    expect(await refusal(filter([{ property: "size", operator: ">", value: "big" }]))).toEqual([422, "invalid_request", "/filter"]);
  });

  it("are written as CSV with full precision, quoted, and never as a formula", async () => {
    await api.record([
      used("acme", "2024-05-06T10:00:00Z", "12345678901234567890.123456789", { region: '=HYPERLINK("x")' }),
      used("bolt", "2024-05-06T10:30:00Z", "-5", { region: "" }),
    ]);
    const answer = await api.answer<string>(
      "GET",
      "/v1/meters/traffic/query?format=csv&window=hour&from=2024-05-06&group_by=customer,region",
    );
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(answer.body.split("\r\n").toSorted()).toEqual(
      [
        "window_start,window_end,customer,region,value",
        "2024-05-06T10:00:00Z,2024-05-06T11:00:00Z,acme,eu,0.1",
        `2024-05-06T10:00:00Z,2024-05-06T11:00:00Z,acme,"'=HYPERLINK(""x"")",12345678901234567890.123456789`,
        '2024-05-06T10:00:00Z,2024-05-06T11:00:00Z,bolt,"",-5',
        "2024-05-06T11:00:00Z,2024-05-06T12:00:00Z,acme,eu,0.2",
        "2024-05-06T12:00:00Z,2024-05-06T13:00:00Z,acme,,4",
        "2024-05-06T13:00:00Z,2024-05-06T14:00:00Z,bolt,us,8",
        "",
      ].toSorted(),
    );
  });
});

describe("kinds", () => {
  const kinds = {
    sum: ["8", { value_property: "value" }],
    count: ["3", {}],
    min: ["1", { value_property: "value" }],
    max: ["4", { value_property: "value" }],
    latest: ["4", { value_property: "value" }],
  } as const;

  beforeEach(async () => {
    await customer(api, "acme");
    await customer(api, "bolt");
  });
  const record = () =>
    api.record([
      used("acme", "2024-05-06T10:00:00Z", "1"),
      used("acme", "2024-05-06T11:00:00Z", "3"),
      used("bolt", "2024-05-06T12:00:00Z", "4"),
    ]);

  it.each(Object.entries(kinds))("%s of several customers is made of theirs", async (aggregation, [value, rest]) => {
    await meter("of-all", { aggregation, ...rest });
    await record();
    expect((await rows("", "of-all")).map((row) => row.value)).toEqual([value]);
  });

  it.each(["unique_count", "time_weighted"])("%s of several customers has to be told apart", async (aggregation) => {
    await meter("apart", { aggregation, value_property: "value" });
    await record();
    expect(await refusal("window=day&from=2024-05-06", "apart")).toEqual([422, "not_mergeable", "/group_by"]);
    expect((await rows("window=day&from=2024-05-06&to=2024-05-07&group_by=customer", "apart")).map(({ customer }) => customer)).toEqual([
      "acme",
      "bolt",
    ]);
  });

  it.each([
    ["sum", { value_property: "value" }, ["0"]],
    ["count", {}, ["0"]],
    ["unique_count", { value_property: "value" }, ["0"]],
    ["min", { value_property: "value" }, []],
    ["avg", { value_property: "value" }, []],
  ])("%s of nothing, asked whole, says so", async (aggregation, rest, values) => {
    await meter("nothing", { aggregation, ...rest });
    for (const query of ["customer=acme", "customer=acme&from=2024-05-01&to=2024-06-01", ...(aggregation === "unique_count" ? [] : [""])])
      expect((await rows(query, "nothing")).map(({ value }) => value)).toEqual(values);
    expect(await rows("customer=acme&window=day&from=2024-05-01", "nothing")).toEqual([]);
    expect(await rows("group_by=customer&from=2024-05-01", "nothing")).toEqual([]);
  });
});

describe("a query that cannot be answered", () => {
  it("is refused with its place", async () => {
    await customer(api, "acme");
    expect(await refusal("from=2024-05-02&to=2024-05-02")).toEqual([422, "invalid_range", "/to"]);
    expect(await refusal("window=year")).toEqual([422, "invalid_request", "/window"]);
    expect(await refusal("time_zone=Mars/Base")).toEqual([422, "invalid_request", "/time_zone"]);
    expect(await refusal("", "no-such-meter")).toEqual([404, "not_found", undefined]);
  });
});

describe("more customers than are asked themselves", { timeout: 120_000 }, () => {
  const names = Array.from({ length: 51 }, (_, index) => `customer-${String(index).padStart(2, "0")}`);

  beforeEach(async () => {
    for (const name of names) await customer(api, name);
    await api.record(
      names.flatMap((name, index) => [used(name, "2024-05-06T10:20:00Z", "1.5", { region: index % 2 === 0 ? "eu" : "us" })]),
    );
    await api.record([used("customer-00", "2024-05-06T23:59:59Z", "100", { region: "eu" })]);
    await api.settle();
  }, 60_000);

  it("are answered from the hourly rollups, to the same figures", async () => {
    const range = "from=2024-05-06&to=2024-05-08";
    expect(short(await rows(range))).toEqual([["2024-05-06T00:00:00Z", "2024-05-08T00:00:00Z", "176.5"]]);
    expect(short(await rows(`${range}&window=hour`))).toEqual([
      ["2024-05-06T10:00:00Z", "2024-05-06T11:00:00Z", "76.5"],
      ["2024-05-06T23:00:00Z", "2024-05-07T00:00:00Z", "100"],
    ]);
    const few = await rows(`${range}&window=day&group_by=customer,region&customer=${names.slice(0, 50).join(",")}`);
    const all = await rows(`${range}&window=day&group_by=customer,region`);
    expect(all.slice(0, 50)).toEqual(few);
    expect(all).toHaveLength(51);
    expect((await rows(`${range}&group_by=region`)).map(({ group, value }) => [group["region"], value])).toEqual([
      ["eu", "139"],
      ["us", "37.5"],
    ]);
  });

  it("are not answered finer than an hour", async () => {
    expect(await refusal("window=minute")).toEqual([422, "too_many_customers", "/window"]);
    expect(await refusal("from=2024-05-06T10:30:00Z")).toEqual([422, "too_many_customers", "/from"]);
    expect(await refusal("window=day&from=2024-05-06&time_zone=Asia/Kolkata")).toEqual([422, "too_many_customers", "/from"]);
    expect(await refusal("group_by=planet")).toEqual([422, "unknown_dimension", "/group_by"]);
  });
});
