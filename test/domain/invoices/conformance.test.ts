import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decimal, decimalText, ZERO } from "#domain/money/decimal";
import { roundToMoney } from "#domain/money/money";
import { prorated } from "#domain/pricing/proration";
import { rateUsage } from "#domain/pricing/rate-usage";
import { boundary, cadenceFrom, periodOn } from "#domain/time/cadence";
import { calendarDate } from "#domain/time/calendar-date";
import { BillingStory } from "#test/domain/support/billing-story";
import { flat, MONTHLY, packages, perUnit, plan, seat, usage, USD } from "#test/domain/support/plans";

/** Records of what other billing systems assert in their suites and documents, where they are at hand. */
const RECORDS = "../shared/conformance";

const cents = (amount: string): bigint => roundToMoney(decimal(amount), USD).amount;
const amountsOf = (story: BillingStory, asOf: string): bigint[] => {
  const lines = story.lines(asOf);
  story.issue(lines, asOf);
  return lines.map(({ amount }) => amount.amount);
};

/** `ours` in the same shape as the part of the record's `expect` that the rule is about. */
const cases: readonly { id: string; file: string; figures: Record<string, unknown>; ours: () => Record<string, unknown> }[] = [
  {
    id: "meteroid-package-ceil",
    file: "meteroid",
    figures: { line_total_cents: 1_500 },
    ours: () => ({
      line_total_cents: Number(cents(decimalText(rateUsage(usage("u", packages("20", "5.00")), ZERO, decimal("45")).amount))),
    }),
  },
  {
    id: "meteroid-prorate-upgrade-half",
    file: "meteroid",
    figures: { credit_cents: -5_000, charge_cents: 10_000 },
    ours: () => {
      const half = { from: 15, to: 30 };
      return {
        credit_cents: -Number(prorated(decimal("100"), USD, half, 30).amount),
        charge_cents: Number(prorated(decimal("200"), USD, half, 30).amount),
      };
    },
  },
  {
    id: "meteroid-current-period-m-anchor31-feb",
    file: "meteroid",
    figures: { period_start: "2024-01-31", period_end_exclusive: "2024-02-29" },
    ours: () => {
      const { start, end } = periodOn(cadenceFrom(calendarDate("2024-01-31"), MONTHLY, { day: 31 }), calendarDate("2024-02-15"));
      return { period_start: start, period_end_exclusive: end };
    },
  },
  {
    id: "meteroid-planchange-flat-to-seats-immediate",
    file: "meteroid",
    figures: { credit_cents: -1_806, charges_cents: [1_497, 2_581] },
    ours: () => {
      const story = new BillingStory(plan("rate", [flat("fee", "35.00")]), "2024-01-01T00:00:00Z");
      amountsOf(story, "2024-01-01T00:00:00Z");
      story.change("2024-01-16T00:00:00Z", plan("slots", [flat("platform", "29.00"), seat("seats", perUnit("10.00"))]), { seats: "5" });
      const [credit, ...charges] = amountsOf(story, "2024-01-16T00:00:00Z").map(Number);
      return { credit_cents: credit, charges_cents: charges };
    },
  },
  {
    id: "meteroid-amend-usage-rate-split",
    file: "meteroid",
    figures: { usage_lines_cents: [500, 4_000] },
    ours: () => {
      const at = (amount: string) => plan(`at-${amount}`, [usage("calls", perUnit(amount))]);
      const story = new BillingStory(at("0.10"), "2025-02-01T00:00:00Z").use("calls", "2025-02-10T00:00:00Z", "50");
      story.change("2025-02-15T00:00:00Z", at("0.20")).use("calls", "2025-02-20T00:00:00Z", "200");
      return { usage_lines_cents: amountsOf(story, "2025-03-01T00:00:00Z").map(Number) };
    },
  },
  {
    id: "stripe-012",
    file: "stripe-docs",
    figures: { totals: [200, 200, 250] },
    ours: () => {
      const price = usage("tokens", perUnit("0.001"), "100000");
      return {
        totals: ["80000", "100000", "150000"].map(
          (quantity) => 200 + Number(decimalText(rateUsage(price, ZERO, decimal(quantity)).amount)),
        ),
      };
    },
  },
  {
    id: "kb-030",
    file: "killbill",
    figures: { "invoice_2016-08-08": { total: 23.23, from: "2016-08-08", to: "2016-09-01" } },
    ours: () => {
      const story = new BillingStory(plan("gold", [flat("fee", "30.00")]), "2016-08-08T00:00:00Z", { anchor: { day: 1 } });
      const [, days = "", , amount] = (story.texts(story.lines("2016-08-08T00:00:00Z"))[0] ?? "").split(" ");
      const [from, to] = days.split("..");
      return { "invoice_2016-08-08": { total: Number(amount), from, to } };
    },
  },
  {
    id: "kb-047",
    file: "killbill",
    figures: { period_1_new_line: 4, period_2_new_line: 1 },
    ours: () => {
      const story = new BillingStory(plan("blocks", [usage("calls", packages("100", "1.00"))]), "2024-01-01T00:00:00Z");
      story.use("calls", "2024-01-05T00:00:00Z", "50").use("calls", "2024-02-05T00:00:00Z", "50");
      amountsOf(story, "2024-02-01T00:00:00Z");
      amountsOf(story, "2024-03-01T00:00:00Z");
      story.useLate("calls", "2024-01-06T00:00:00Z", "351").useLate("calls", "2024-02-06T00:00:00Z", "149");
      const [first, second] = amountsOf(story, "2024-03-02T00:00:00Z").map((amount) => Number(amount) / 100);
      return { period_1_new_line: first, period_2_new_line: second };
    },
  },
  {
    id: "billing-days-of-anniversary-31",
    file: "lago",
    figures: {
      billing_day_january: "01-31",
      billing_day_february_2023: "02-28",
      billing_day_march: "03-31",
      billing_day_april: "04-30",
      billing_day_february_2024: "02-29",
    },
    ours: () => {
      const cadence = cadenceFrom(calendarDate("2022-12-31"), MONTHLY);
      const day = (index: number): string => boundary(cadence, index).slice(5);
      return {
        billing_day_january: day(1),
        billing_day_february_2023: day(2),
        billing_day_march: day(3),
        billing_day_april: day(4),
        billing_day_february_2024: day(14),
      };
    },
  },
];

describe("the figures of others come out the same", () => {
  test.each(cases)("$id", ({ figures, ours }) => {
    expect(ours()).toEqual(figures);
  });
});

describe.skipIf(!existsSync(RECORDS))("and are the figures on record", () => {
  test.each(cases)("$id", ({ id, file, figures }) => {
    const records = JSON.parse(readFileSync(`${RECORDS}/${file}.json`, "utf8")) as { id: string; expect: Record<string, unknown> }[];
    expect(records.find((record) => record.id === id)?.expect).toMatchObject(figures);
  });
});
