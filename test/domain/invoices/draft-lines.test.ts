import { describe, expect, test } from "vitest";
import { formatInstant } from "#domain/time/instant";
import { BillingStory } from "#test/domain/support/billing-story";
import { flat, graduated, packages, perUnit, plan, seat, usage, YEARLY } from "#test/domain/support/plans";

const pro = plan("pro", [
  flat("base", "99.00"),
  usage("api_calls", packages("100", "0.10"), "250"),
  usage("input_tokens", graduated(["200000", "0"], ["1200000", "0.0000025"], [null, "0.000002"])),
  usage("output_tokens", graduated(["10000", "0"], [null, "0.00001"])),
]);
const fee = (key: string, amount: string) => plan(key, [flat("fee", amount)]);

describe("a plan with a fee in advance and usage in arrears", () => {
  test("bills the fee when a period begins, and with the next one the usage of the period that ended", () => {
    const story = new BillingStory(pro, "2023-11-01T07:00:00Z", { zone: "America/Los_Angeles" });
    expect(story.bill("2023-11-01T07:00:00Z")).toEqual(["base 2023-11-01..2023-12-01 charge 99.00"]);
    story
      .use("api_calls", "2023-11-16T18:00:00Z", "1000")
      .use("input_tokens", "2023-11-16T18:00:00Z", "3456789")
      .use("output_tokens", "2023-11-16T18:00:00Z", "123456");
    expect(story.bill("2023-12-01T08:00:00Z")).toEqual([
      "api_calls 2023-11-01..2023-12-01 usage 0.80",
      "input_tokens 2023-11-01..2023-12-01 usage 7.01",
      "output_tokens 2023-11-01..2023-12-01 usage 1.13",
      "base 2023-12-01..2024-01-01 charge 99.00",
    ]);
    expect(story.total()).toBe(20_694n);
  });

  test("a period's lines begin and end at local midnights", () => {
    const [line] = new BillingStory(pro, "2023-11-01T07:00:00Z", { zone: "America/Los_Angeles" }).lines("2023-11-01T07:00:00Z");
    expect(line && [line.period.start, line.period.end].map(formatInstant)).toEqual(["2023-11-01T07:00:00Z", "2023-12-01T08:00:00Z"]);
  });

  test("usage at the period's end belongs to the next period", () => {
    const story = new BillingStory(pro, "2023-11-01T00:00:00Z").use("api_calls", "2023-12-01T00:00:00Z", "1000");
    expect(story.texts(story.lines("2023-12-01T00:00:00Z")).at(1)).toBe("api_calls 2023-11-01..2023-12-01 usage 0.00");
  });

  test("a meter without usage still has its line, so that a reader sees the zero", () => {
    const story = new BillingStory(pro, "2023-11-01T00:00:00Z");
    story.bill("2023-11-01T00:00:00Z");
    expect(story.bill("2023-12-01T00:00:00Z")).toEqual([
      "api_calls 2023-11-01..2023-12-01 usage 0.00",
      "input_tokens 2023-11-01..2023-12-01 usage 0.00",
      "output_tokens 2023-11-01..2023-12-01 usage 0.00",
      "base 2023-12-01..2024-01-01 charge 99.00",
    ]);
  });

  test("each line carries what a person needs to add it up", () => {
    const story = new BillingStory(pro, "2023-11-01T00:00:00Z").use("api_calls", "2023-11-02T00:00:00Z", "1000");
    const line = story.lines("2023-12-01T00:00:00Z").find(({ price }) => price === "api_calls");
    expect(line).toMatchObject({
      kind: "usage",
      description: "pro: api_calls",
      quantity: "1000",
      sequence: 1,
      steps: [
        { label: "included", quantity: "250", unitAmount: "0", amount: "0" },
        { label: "packages of 100", quantity: "8", unitAmount: "0.1", amount: "0.8" },
      ],
    });
  });

  test("canceled, it ends with its period: the last bill has the usage and no new fee", () => {
    const story = new BillingStory(plan("basic", [flat("fee", "20.00"), usage("calls", perUnit("0.10"))]), "2024-01-01T00:00:00Z");
    expect(story.bill("2024-01-01T00:00:00Z")).toEqual(["fee 2024-01-01..2024-02-01 charge 20.00"]);
    story.use("calls", "2024-01-15T00:00:00Z", "100").use("calls", "2024-02-15T00:00:00Z", "100");
    expect(story.bill("2024-02-01T00:00:00Z")).toEqual([
      "calls 2024-01-01..2024-02-01 usage 10.00",
      "fee 2024-02-01..2024-03-01 charge 20.00",
    ]);
    story.cancel("2024-02-10T00:00:00Z");
    expect(story.lines("2024-02-10T00:00:00Z")).toEqual([]);
    expect(story.bill("2024-03-01T00:00:00Z")).toEqual(["calls 2024-02-01..2024-03-01 usage 10.00"]);
    expect(story.lines("2024-09-01T00:00:00Z")).toEqual([]);
  });
});

describe("the bill so far", () => {
  test("rates the open period to the last event, and the same function bills it", () => {
    const story = new BillingStory(pro, "2023-11-01T00:00:00Z");
    story.bill("2023-11-01T00:00:00Z");
    story.use("api_calls", "2023-11-02T00:00:00Z", "351");
    expect(story.texts(story.lines("2023-11-03T00:00:00Z"))).toEqual([]);
    expect(story.texts(story.lines("2023-11-03T00:00:00Z", true))[0]).toBe("api_calls 2023-11-01..2023-12-01 usage 0.20");
  });

  test("an issue asks only for windows that are closed; the bill so far for the open ones too", () => {
    const story = new BillingStory(plan("calls", [usage("calls", perUnit("1"))]), "2024-01-01T00:00:00Z");
    const starts = (asOf: string, includeOpen: boolean) => story.needed(asOf, includeOpen).map(({ start }) => formatInstant(start));
    expect(starts("2024-01-15T00:00:00Z", false)).toEqual([]);
    expect(starts("2024-01-15T00:00:00Z", true)).toEqual(["2024-01-01T00:00:00Z"]);
    expect(starts("2024-02-01T00:00:00Z", false)).toEqual(["2024-01-01T00:00:00Z"]);
    expect(starts("2024-02-15T00:00:00Z", true)).toEqual(["2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"]);
  });
});

describe("stubs are measured against the full period they lie in", () => {
  test.each([
    ["a start on the 8th in periods from the 1st", "30.00", "2016-08-08", 1, "fee 2016-08-08..2016-09-01 charge 23.23"],
    ["a start on the 1st in periods from the 31st", "10.00", "2013-08-01", 31, "fee 2013-08-01..2013-08-31 charge 9.68"],
    ["a start on the 1st in periods from the 15th", "35.00", "2024-03-01", 15, "fee 2024-03-01..2024-03-15 charge 16.90"],
    ["a start on the boundary", "35.00", "2024-03-15", 15, "fee 2024-03-15..2024-04-15 charge 35.00"],
  ])("%s", (_title, amount, date, day, expected) => {
    expect(new BillingStory(fee("plan", amount), `${date}T00:00:00Z`, { anchor: { day } }).bill(`${date}T00:00:00Z`)).toEqual([expected]);
  });

  test("a start in the middle of a day pays for that whole day", () => {
    expect(new BillingStory(fee("plan", "31.00"), "2024-01-31T22:00:00Z", { anchor: { day: 1 } }).bill("2024-01-31T22:00:00Z")).toEqual([
      "fee 2024-01-31..2024-02-01 charge 1.00",
    ]);
  });

  test("a month in which the clock changes has as many days as any other", () => {
    const story = new BillingStory(fee("plan", "31.00"), "2024-03-16T07:00:00Z", { zone: "America/Los_Angeles", anchor: { day: 1 } });
    expect(story.bill("2024-03-16T07:00:00Z")).toEqual(["fee 2024-03-16..2024-04-01 charge 16.00"]);
  });

  test("yen have no fractions", () => {
    const yen = plan("yen", [flat("fee", "1000")], { currency: "JPY" as never });
    const story = new BillingStory(yen, "2024-01-11T00:00:00Z", { anchor: { day: 1 } });
    expect(story.lines("2024-01-11T00:00:00Z").map(({ amount }) => amount)).toEqual([{ amount: 677n, currency: "JPY" }]);
  });
});

describe("a change of plan", () => {
  test("half-way credits the unused half and charges the new one for the rest", () => {
    const story = new BillingStory(fee("a", "100.00"), "2025-04-01T00:00:00Z");
    story.bill("2025-04-01T00:00:00Z");
    expect(story.change("2025-04-16T00:00:00Z", fee("b", "200.00")).bill("2025-04-16T00:00:00Z")).toEqual([
      "fee 2025-04-16..2025-05-01 credit -50.00",
      "fee 2025-04-16..2025-05-01 charge 100.00",
    ]);
    expect(story.bill("2025-05-01T00:00:00Z")).toEqual(["fee 2025-05-01..2025-06-01 charge 200.00"]);
  });

  test("left for the next bill, it is the same two lines there", () => {
    const story = new BillingStory(fee("a", "100.00"), "2025-04-01T00:00:00Z");
    story.bill("2025-04-01T00:00:00Z");
    story.change("2025-04-16T00:00:00Z", fee("b", "200.00"));
    expect(story.bill("2025-05-01T00:00:00Z")).toEqual([
      "fee 2025-04-16..2025-05-01 credit -50.00",
      "fee 2025-04-16..2025-05-01 charge 100.00",
      "fee 2025-05-01..2025-06-01 charge 200.00",
    ]);
    expect(story.total()).toBe(35_000n);
  });

  test("a credit names the charge it takes back, and says for which days", () => {
    const story = new BillingStory(fee("a", "100.00"), "2025-04-01T00:00:00Z");
    story.bill("2025-04-01T00:00:00Z");
    const [charge] = story.billed;
    const [credit] = story.change("2025-04-16T00:00:00Z", fee("b", "200.00")).lines("2025-04-16T00:00:00Z");
    expect(credit).toMatchObject({
      purpose: "credit",
      planVersion: "pv_a",
      sequence: 1,
      description: "Unused time of a: fee: 15 of 30 days",
      reverses: { period: charge?.period, sequence: 1 },
    });
  });

  test("from a flat fee to a fee and five seats", () => {
    const rate = fee("rate", "35.00");
    const slots = plan("slots", [flat("platform", "29.00"), seat("seats", perUnit("10.00"))]);
    const story = new BillingStory(rate, "2024-01-01T00:00:00Z");
    story.bill("2024-01-01T00:00:00Z");
    expect(story.change("2024-01-16T00:00:00Z", slots, { seats: "5" }).bill("2024-01-16T00:00:00Z")).toEqual([
      "fee 2024-01-16..2024-02-01 credit -18.06",
      "platform 2024-01-16..2024-02-01 charge 14.97",
      "seats 2024-01-16..2024-02-01 charge 25.81",
    ]);
  });

  test("fees in arrears wait for the period's end and are billed per stretch", () => {
    const alpha = plan("alpha", [flat("capacity", "50.00"), flat("support", "30.00", "in_arrears"), flat("platform", "30.00")]);
    const beta = plan("beta", [flat("capacity", "80.00"), flat("support", "50.00", "in_arrears"), flat("platform", "50.00")]);
    const story = new BillingStory(alpha, "2025-01-01T00:00:00Z");
    expect(story.bill("2025-01-01T00:00:00Z")).toEqual([
      "capacity 2025-01-01..2025-02-01 charge 50.00",
      "platform 2025-01-01..2025-02-01 charge 30.00",
    ]);
    expect(story.bill("2025-02-01T00:00:00Z")).toEqual([
      "support 2025-01-01..2025-02-01 charge 30.00",
      "capacity 2025-02-01..2025-03-01 charge 50.00",
      "platform 2025-02-01..2025-03-01 charge 30.00",
    ]);
    expect(story.change("2025-02-15T00:00:00Z", beta).bill("2025-02-15T00:00:00Z")).toEqual([
      "capacity 2025-02-15..2025-03-01 credit -25.00",
      "platform 2025-02-15..2025-03-01 credit -15.00",
      "capacity 2025-02-15..2025-03-01 charge 40.00",
      "platform 2025-02-15..2025-03-01 charge 25.00",
    ]);
    expect(story.bill("2025-03-01T00:00:00Z")).toEqual([
      "support 2025-02-01..2025-02-15 charge 15.00",
      "support 2025-02-15..2025-03-01 charge 25.00",
      "capacity 2025-03-01..2025-04-01 charge 80.00",
      "platform 2025-03-01..2025-04-01 charge 50.00",
    ]);
  });

  test("to a yearly plan credits the last day of the month and begins the year on that day", () => {
    const story = new BillingStory(fee("monthly", "10.00"), "2023-06-29T12:12:00Z");
    for (const month of ["06-29T12:12", "07-29T00:00", "08-29T00:00"]) story.bill(`2023-${month}:00Z`);
    story.change("2023-09-28T05:00:00Z", plan("yearly", [flat("fee", "120.00")], { interval: YEARLY }));
    expect(story.bill("2023-09-28T05:00:00Z")).toEqual([
      "fee 2023-09-28..2023-09-29 credit -0.32",
      "fee 2023-09-28..2024-09-28 charge 120.00",
    ]);
    expect(story.lines("2023-09-29T00:00:00Z")).toEqual([]);
    expect(story.bill("2024-09-28T00:00:00Z")).toEqual(["fee 2024-09-28..2025-09-28 charge 120.00"]);
  });

  test("to another interval closes the usage and the arrears of the period it cuts", () => {
    const monthly = plan("monthly", [flat("support", "31.00", "in_arrears"), usage("calls", perUnit("1"))]);
    const story = new BillingStory(monthly, "2024-01-01T00:00:00Z").use("calls", "2024-01-10T23:00:00Z", "7");
    story.change("2024-01-11T10:00:00Z", plan("yearly", [usage("calls", perUnit("2"))], { interval: YEARLY }));
    expect(story.bill("2024-01-11T10:00:00Z")).toEqual([
      "support 2024-01-01..2024-01-11 charge 10.00",
      "calls 2024-01-01..2024-01-11 usage 7.00",
    ]);
  });

  test("on the day the period begins credits the whole fee", () => {
    const story = new BillingStory(fee("a", "100.00"), "2025-04-01T00:00:00Z");
    story.bill("2025-04-01T00:00:00Z");
    expect(story.change("2025-04-01T15:00:00Z", fee("b", "200.00")).bill("2025-04-01T15:00:00Z")).toEqual([
      "fee 2025-04-01..2025-05-01 credit -100.00",
      "fee 2025-04-01..2025-05-01 charge 200.00",
    ]);
  });

  test("there and back at one instant bills nothing", () => {
    const [a, b] = [fee("a", "100.00"), fee("b", "200.00")];
    const story = new BillingStory(a, "2025-04-01T00:00:00Z");
    story.bill("2025-04-01T00:00:00Z");
    story.change("2025-04-16T09:00:00Z", b).change("2025-04-16T09:00:00Z", a);
    expect(story.lines("2025-04-16T09:00:00Z")).toEqual([]);
    expect(story.bill("2025-05-01T00:00:00Z")).toEqual(["fee 2025-05-01..2025-06-01 charge 100.00"]);
  });

  test("there and back at one instant, billed in between, comes to nothing", () => {
    const [a, b] = [fee("a", "99.99"), fee("b", "200.01")];
    const story = new BillingStory(a, "2025-04-01T00:00:00Z");
    story.bill("2025-04-01T00:00:00Z");
    story.change("2025-04-17T09:00:00Z", b).bill("2025-04-17T09:00:00Z");
    story.change("2025-04-17T09:00:00Z", a);
    const back = story.lines("2025-04-17T09:00:00Z");
    expect(story.total() + back.reduce((sum, { amount }) => sum + amount.amount, 0n)).toBe(9_999n);
  });

  test("up and down again pays for the days each was in force", () => {
    const [a, b] = [fee("a", "30.00"), fee("b", "90.00")];
    const story = new BillingStory(a, "2025-04-01T00:00:00Z");
    story.bill("2025-04-01T00:00:00Z");
    story.change("2025-04-11T00:00:00Z", b).bill("2025-04-11T00:00:00Z");
    story.change("2025-04-21T00:00:00Z", a);
    expect(story.bill("2025-05-01T00:00:00Z")).toEqual([
      "fee 2025-04-21..2025-05-01 credit -30.00",
      "fee 2025-04-21..2025-05-01 charge 10.00",
      "fee 2025-05-01..2025-06-01 charge 30.00",
    ]);
    expect(story.total()).toBe(1_000n + 3_000n + 1_000n + 3_000n);
  });

  test("a credit that exceeds the charges waits and is set off against the next bill", () => {
    const story = new BillingStory(fee("b", "200.00"), "2025-04-01T00:00:00Z");
    story.bill("2025-04-01T00:00:00Z");
    const lines = ["fee 2025-04-16..2025-05-01 credit -100.00", "fee 2025-04-16..2025-05-01 charge 50.00"];
    expect(story.change("2025-04-16T00:00:00Z", fee("a", "100.00")).bill("2025-04-16T00:00:00Z")).toEqual(lines);
    expect(story.bill("2025-05-01T00:00:00Z")).toEqual([...lines, "fee 2025-05-01..2025-06-01 charge 100.00"]);
    expect(story.total()).toBe(25_000n);
  });
});

describe("a change of seats", () => {
  const seats = plan("seats", [seat("seats", perUnit("10.00"))]);

  test("credits the old number and charges the new one for the days left", () => {
    const story = new BillingStory(seats, "2024-04-01T00:00:00Z", { quantities: { seats: "5" } });
    expect(story.bill("2024-04-01T00:00:00Z")).toEqual(["seats 2024-04-01..2024-05-01 charge 50.00"]);
    expect(story.change("2024-04-16T00:00:00Z", seats, { seats: "7" }).bill("2024-04-16T00:00:00Z")).toEqual([
      "seats 2024-04-16..2024-05-01 credit -25.00",
      "seats 2024-04-16..2024-05-01 charge 35.00",
    ]);
  });

  test("there and back on one day leaves one seat line for all days", () => {
    const story = new BillingStory(seats, "2024-04-01T00:00:00Z", { quantities: { seats: "5" } });
    story.bill("2024-04-01T00:00:00Z");
    story.change("2024-04-16T09:00:00Z", seats, { seats: "7" }).change("2024-04-16T17:00:00Z", seats, { seats: "5" });
    expect(story.lines("2024-04-16T17:00:00Z")).toEqual([]);
  });

  test("the same days billed a second time get the next number in their sequence", () => {
    const story = new BillingStory(seats, "2024-04-01T00:00:00Z", { quantities: { seats: "5" } });
    story.bill("2024-04-01T00:00:00Z");
    story.change("2024-04-16T09:00:00Z", seats, { seats: "9" }).bill("2024-04-16T09:00:00Z");
    const again = story.change("2024-04-16T17:00:00Z", seats, { seats: "10" }).lines("2024-04-16T17:00:00Z");
    expect(again.map(({ purpose, sequence, quantity }) => `${purpose} ${sequence} of ${quantity}`)).toEqual([
      "credit 2 of 9",
      "charge 2 of 10",
    ]);
  });

  test("tiers price all seats together, and the line shows how", () => {
    const tiered = plan("tiered", [seat("seats", graduated(["3", "10"], [null, "8"]))]);
    const [line] = new BillingStory(tiered, "2024-04-01T00:00:00Z", { quantities: { seats: "5" } }).lines("2024-04-01T00:00:00Z");
    expect(line).toMatchObject({
      quantity: "5",
      amount: { amount: 4_600n },
      steps: [
        { quantity: "3", amount: "30" },
        { quantity: "2", amount: "16" },
      ],
    });
  });

  test("no seats are a line of zero", () => {
    expect(new BillingStory(seats, "2024-04-01T00:00:00Z", { quantities: { seats: "0" } }).bill("2024-04-01T00:00:00Z")).toEqual([
      "seats 2024-04-01..2024-05-01 charge 0.00",
    ]);
  });
});

describe("usage across a change of plan", () => {
  const priced = (key: string, unitAmount: string, included = "0") =>
    plan(key, [flat("fee", "10.00"), usage("calls", perUnit(unitAmount), included)]);

  test("each stretch is billed at its own price when the period closes", () => {
    const story = new BillingStory(priced("low", "0.10"), "2025-01-01T00:00:00Z");
    story.bill("2025-01-01T00:00:00Z");
    story.bill("2025-02-01T00:00:00Z");
    story
      .use("calls", "2025-02-10T00:00:00Z", "50")
      .change("2025-02-15T00:00:00Z", priced("high", "0.20"))
      .use("calls", "2025-02-20T00:00:00Z", "200");
    story.bill("2025-02-15T00:00:00Z");
    expect(story.bill("2025-03-01T00:00:00Z")).toEqual([
      "calls 2025-02-01..2025-02-15 usage 5.00",
      "calls 2025-02-15..2025-03-01 usage 40.00",
      "fee 2025-03-01..2025-04-01 charge 10.00",
    ]);
  });

  test("an event at the instant of the change belongs to the new terms", () => {
    const free = plan("free", [usage("calls", perUnit("0"))]);
    const paid = plan("paid", [usage("calls", perUnit("1"))]);
    const story = new BillingStory(free, "2024-01-10T06:20:00Z").use("calls", "2024-01-10T08:20:00Z", "10");
    story.change("2024-01-10T08:30:00Z", paid).use("calls", "2024-01-10T08:30:00Z", "10000").change("2024-01-10T08:40:00Z", free);
    expect(story.lines("2024-02-10T00:00:00Z").map(({ quantity, amount }) => [quantity, amount.amount])).toEqual([
      ["10", 0n],
      ["10000", 1_000_000n],
      ["0", 0n],
    ]);
  });

  test("to and fro never grants the included units again", () => {
    const [a, b] = [priced("a", "1", "100"), priced("b", "2", "100")];
    const story = new BillingStory(a, "2024-01-01T00:00:00Z").use("calls", "2024-01-02T00:00:00Z", "80");
    story.change("2024-01-10T00:00:00Z", b).use("calls", "2024-01-11T00:00:00Z", "30");
    story.change("2024-01-20T00:00:00Z", a).use("calls", "2024-01-21T00:00:00Z", "5");
    expect(
      story
        .lines("2024-02-01T00:00:00Z")
        .filter(({ kind }) => kind === "usage")
        .map(({ amount }) => amount.amount),
    ).toEqual([0n, 2_000n, 500n]);
  });

  test("the next period begins at zero with its included units", () => {
    const a = plan("a", [usage("calls", perUnit("1"), "100")]);
    const story = new BillingStory(a, "2024-01-01T00:00:00Z")
      .use("calls", "2024-01-02T00:00:00Z", "150")
      .use("calls", "2024-02-02T00:00:00Z", "120");
    expect(story.bill("2024-02-01T00:00:00Z")).toEqual(["calls 2024-01-01..2024-02-01 usage 50.00"]);
    expect(story.bill("2024-03-01T00:00:00Z")).toEqual(["calls 2024-02-01..2024-03-01 usage 20.00"]);
  });
});

describe("late usage", () => {
  const gas = plan("gas", [usage("calls", packages("100", "1.00"))]);

  test("adds the difference to what was billed, as a line of its own", () => {
    const story = new BillingStory(gas, "2024-01-01T00:00:00Z").use("calls", "2024-01-05T00:00:00Z", "50");
    expect(story.bill("2024-02-01T00:00:00Z")).toEqual(["calls 2024-01-01..2024-02-01 usage 1.00"]);
    story.useLate("calls", "2024-01-06T00:00:00Z", "351").use("calls", "2024-02-05T00:00:00Z", "199");
    const lines = story.lines("2024-03-01T00:00:00Z");
    expect(story.texts(lines)).toEqual(["calls 2024-01-01..2024-02-01 usage 4.00", "calls 2024-02-01..2024-03-01 usage 2.00"]);
    expect(lines[0]).toMatchObject({ sequence: 2, quantity: "351", description: "gas: calls (correction)" });
  });

  test("that costs nothing more is still shown, once", () => {
    const story = new BillingStory(gas, "2024-01-01T00:00:00Z").use("calls", "2024-01-05T00:00:00Z", "50");
    story.bill("2024-02-01T00:00:00Z");
    story.useLate("calls", "2024-01-06T00:00:00Z", "10");
    expect(story.bill("2024-03-01T00:00:00Z")).toEqual([
      "calls 2024-01-01..2024-02-01 usage 0.00",
      "calls 2024-02-01..2024-03-01 usage 0.00",
    ]);
    expect(story.lines("2024-03-01T00:00:00Z")).toEqual([]);
  });

  test("touches no fee of the period it came too late for", () => {
    const story = new BillingStory(pro, "2023-11-01T00:00:00Z");
    story.bill("2023-11-01T00:00:00Z");
    story.bill("2023-12-01T00:00:00Z");
    story.useLate("api_calls", "2023-11-20T00:00:00Z", "300");
    expect(story.texts(story.lines("2023-12-02T00:00:00Z"))).toEqual(["api_calls 2023-11-01..2023-12-01 usage 0.10"]);
  });

  test("taken back (a void) is a line that pays back", () => {
    const story = new BillingStory(plan("gas", [usage("calls", perUnit("1"))]), "2024-01-01T00:00:00Z").use(
      "calls",
      "2024-01-05T00:00:00Z",
      "50",
    );
    story.bill("2024-02-01T00:00:00Z");
    story.useLate("calls", "2024-01-05T00:00:00Z", "-20");
    expect(story.texts(story.lines("2024-02-02T00:00:00Z"))).toEqual(["calls 2024-01-01..2024-02-01 usage -20.00"]);
  });
});

describe("a voided invoice", () => {
  const [old, dearer] = [fee("old", "30.00"), fee("new", "60.00")];

  test("whose charge was credited since: the credit is taken back, and taken back only once", () => {
    const story = new BillingStory(old, "2026-11-10T00:00:00Z");
    const first = story.lines("2026-11-10T00:00:00Z");
    story.issue(first, "2026-11-10T00:00:00Z");
    story.change("2026-11-25T00:00:00Z", dearer).bill("2026-11-25T00:00:00Z");
    story.void(first);

    expect(story.bill("2026-11-25T00:00:00Z")).toEqual([
      "fee 2026-11-10..2026-11-25 charge 15.00",
      "fee 2026-11-25..2026-12-10 charge 15.00",
    ]);
    expect(story.total()).toBe(4_500n);
    expect(story.lines("2026-11-26T00:00:00Z")).toEqual([]);
  });

  test("with the credit that was taken back meanwhile: the taking back goes too", () => {
    const story = new BillingStory(old, "2026-11-10T00:00:00Z");
    const first = story.lines("2026-11-10T00:00:00Z");
    story.issue(first, "2026-11-10T00:00:00Z");
    story.change("2026-11-25T00:00:00Z", dearer);
    const second = story.lines("2026-11-25T00:00:00Z");
    story.issue(second, "2026-11-25T00:00:00Z");
    story.void(first).bill("2026-11-25T00:00:00Z");
    story.void(second);

    expect(story.bill("2026-11-25T00:00:00Z")).toEqual([
      "fee 2026-11-25..2026-12-10 credit -15.00",
      "fee 2026-11-25..2026-12-10 charge 30.00",
    ]);
    expect(story.total()).toBe(4_500n);
  });

  test("billed again whole: its credit of before is not mistaken for one of the new charge", () => {
    const story = new BillingStory(old, "2026-11-10T00:00:00Z");
    const first = story.lines("2026-11-10T00:00:00Z");
    story.issue(first, "2026-11-10T00:00:00Z");
    story.change("2026-11-25T00:00:00Z", dearer).bill("2026-11-25T00:00:00Z");
    story.change("2026-11-25T00:00:00Z", old).void(first);

    expect(story.bill("2026-11-25T00:00:00Z")).toEqual([
      "fee 2026-11-25..2026-12-10 credit -30.00",
      "fee 2026-11-10..2026-12-10 charge 30.00",
      "fee 2026-11-25..2026-12-10 charge 15.00",
    ]);
    expect(story.total()).toBe(3_000n);
    expect(story.lines("2026-11-26T00:00:00Z")).toEqual([]);
  });
});
