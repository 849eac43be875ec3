import { expect, test } from "vitest";
import type { PlanVersion } from "#domain/catalog/plan";
import { draftLines } from "#domain/invoices/draft-lines";
import type { Line } from "#domain/invoices/line";
import { decimal } from "#domain/money/decimal";
import { usageNeeded } from "#domain/invoices/usage-lines";
import { priceQuantity } from "#domain/pricing/price-quantity";
import { prorated } from "#domain/pricing/proration";
import { revisionAt } from "#domain/subscriptions/usage-window";
import { periodOn } from "#domain/time/cadence";
import { addDays, type CalendarDate, daysBetween } from "#domain/time/calendar-date";
import { formatInstant, type Instant } from "#domain/time/instant";
import { localDate, startOfDay } from "#domain/time/zone";
import { BillingStory } from "#test/domain/support/billing-story";
import fc from "#test/domain/support/fast-check";
import { flat, graduated, instantOf, packages, perUnit, plan, seat, usage, USD, YEARLY } from "#test/domain/support/plans";

const plans: readonly PlanVersion[] = [
  plan("a", [flat("fee", "99.99"), seat("seats", perUnit("7.77")), usage("calls", packages("10", "0.37"), "25")]),
  plan("b", [
    flat("fee", "200.01"),
    flat("support", "31.33", "in_arrears"),
    usage("calls", graduated(["40", "0.111", "1"], [null, "0.05"]), "25"),
  ]),
  plan("c", [flat("fee", "0.00"), seat("seats", graduated(["3", "9.99"], [null, "8.88"]), "in_arrears")]),
  plan("weekly", [flat("fee", "13.13"), usage("calls", perUnit("0.333"))], { interval: { unit: "week", count: 2 } }),
  plan("yearly", [flat("fee", "1000.01"), seat("seats", perUnit("70")), usage("calls", perUnit("0.07"), "100")], { interval: YEARLY }),
];

type Step = { readonly hours: number } & (
  | { readonly kind: "change"; readonly plan: number; readonly seats: number }
  | { readonly kind: "use"; readonly quantity: number; readonly hoursBack: number }
  | { readonly kind: "bill" }
);

const steps: fc.Arbitrary<Step> = fc.integer({ min: 0, max: 500 }).chain((hours) =>
  fc.oneof(
    fc.record({
      hours: fc.constant(hours),
      kind: fc.constant("change" as const),
      plan: fc.integer({ min: 0, max: plans.length - 1 }),
      seats: fc.integer({ min: 0, max: 6 }),
    }),
    fc.record({
      hours: fc.constant(hours),
      kind: fc.constant("use" as const),
      quantity: fc.integer({ min: 1, max: 90 }),
      hoursBack: fc.integer({ min: 0, max: 800 }),
    }),
    fc.record({ hours: fc.constant(hours), kind: fc.constant("bill" as const) }),
  ),
);

const stories = fc.record({
  zone: fc.constantFrom("UTC", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Kolkata"),
  startHour: fc.integer({ min: 0, max: 2_000 }),
  day: fc.integer({ min: 1, max: 31 }),
  steps: fc.array(steps, { minLength: 1, maxLength: 14 }),
});

type Told = { readonly story: BillingStory; readonly end: Instant };

/** Plays a story. With `billing` false the same history is told without a bill on the way. */
function tell(given: { zone: string; startHour: number; day: number; steps: readonly Step[] }, billing: boolean): Told {
  const first = plans[0] ?? plan("none", []);
  const story = new BillingStory(first, formatInstant(instantOf("2018-08-20T00:00:00Z") + given.startHour * 3_600_000), {
    zone: given.zone,
    anchor: { day: given.day },
  });
  let now = story.subscription.startAt;
  for (const step of given.steps) {
    now += step.hours * 3_600_000;
    const at = formatInstant(now);
    if (step.kind === "bill" && billing) story.bill(at);
    if (step.kind === "use") use(story, Math.max(story.subscription.startAt, now - step.hoursBack * 3_600_000), String(step.quantity));
    if (step.kind === "change") change(story, at, plans[step.plan] ?? first, String(step.seats));
  }
  story.cancel(formatInstant(now));
  return { story, end: (story.subscription.endAt ?? now) + 1 };
}

function use(story: BillingStory, at: Instant, quantity: string): void {
  if (at < story.subscription.unsettledFrom) story.useLate("calls", formatInstant(at), quantity);
  else story.use("calls", formatInstant(at), quantity);
}

function change(story: BillingStory, at: string, to: PlanVersion, seats: string): void {
  const hasSeats = to.prices.some(({ key }) => key === "seats");
  const current = story.subscription.revisions.at(-1);
  const isSame = current?.planVersion === to.id && (!hasSeats || current.quantities["seats"] === seats);
  if (!isSame) story.change(at, to, hasSeats ? { seats } : {});
}

const sum = (lines: readonly Line[]): bigint => lines.reduce((total, { amount }) => total + amount.amount, 0n);
const creditsOf = (charge: Line, lines: readonly Line[]): Line[] =>
  lines.filter(
    ({ purpose, price, planVersion, reverses }) =>
      purpose === "credit" &&
      price === charge.price &&
      planVersion === charge.planVersion &&
      reverses?.sequence === charge.sequence &&
      reverses.period.start === charge.period.start &&
      reverses.period.end === charge.period.end,
  );

test("billed again at the same moment, nothing is left to bill", () => {
  fc.assert(
    fc.property(stories, (given) => {
      const { story, end } = tell(given, true);
      story.issue(story.lines(formatInstant(end)), formatInstant(end));
      expect(story.lines(formatInstant(end))).toEqual([]);
      expect(story.lines(formatInstant(end + 400 * 86_400_000))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("no line has the key of another", () => {
  fc.assert(
    fc.property(stories, (given) => {
      const { story, end } = tell(given, true);
      const lines = [...story.billed, ...story.lines(formatInstant(end))];
      const keys = lines.map(({ price, period, purpose, sequence }) => `${price} ${period.start} ${period.end} ${purpose} ${sequence}`);
      expect(new Set(keys).size).toBe(keys.length);
    }),
  );
});

test("credits never give back more than their charge billed, nor the same day twice", () => {
  fc.assert(
    fc.property(stories, (given) => {
      const { story, end } = tell(given, true);
      const lines = [...story.billed, ...story.lines(formatInstant(end))];
      const charges = lines.filter(({ purpose }) => purpose === "charge");
      for (const charge of charges) {
        const credits = creditsOf(charge, lines);
        expect(credits.every(({ amount }) => amount.amount <= 0n)).toBe(true);
        expect(-sum(credits) <= charge.amount.amount).toBe(true);
        for (const [index, credit] of credits.entries()) {
          expect(charge.period.start <= credit.period.start && credit.period.end <= charge.period.end).toBe(true);
          for (const other of credits.slice(index + 1))
            expect(other.period.end <= credit.period.start || credit.period.end <= other.period.start).toBe(true);
        }
      }
      const credits = lines.filter(({ purpose }) => purpose === "credit");
      expect(charges.flatMap((charge) => creditsOf(charge, lines)).length).toBe(credits.length);
    }),
    { numRuns: 300 },
  );
});

test("every day in force is billed once, at the terms in force at its end", () => {
  fc.assert(
    fc.property(stories, (given) => {
      const { story, end } = tell(given, true);
      const lines = [...story.billed, ...story.lines(formatInstant(end))];
      const { subscription } = story;
      const standing = (instant: Instant): string[] =>
        lines
          .filter(({ purpose, period }) => purpose === "charge" && period.start <= instant && instant < period.end)
          .filter((charge) => !creditsOf(charge, lines).some(({ period }) => period.start <= instant && instant < period.end))
          .map(({ planVersion, price, quantity }) => `${planVersion} ${price} ${quantity}`)
          .sort();
      const last = localDate(end - 2, subscription.zone);
      for (let date = localDate(subscription.startAt, subscription.zone); date <= last; date = addDays(date, 1)) {
        expect(standing(startOfDay(date, subscription.zone))).toEqual(owedOn(story, date));
      }
    }),
    { numRuns: 100 },
  );
});

/** The oracle: what is in force in the last millisecond of a local day. */
function owedOn({ subscription, plans: known }: BillingStory, date: CalendarDate): string[] {
  const revision = revisionAt(subscription, startOfDay(addDays(date, 1), subscription.zone) - 1);
  const prices = revision === null ? [] : (known.get(revision.planVersion)?.prices ?? []);
  return prices
    .flatMap((price) =>
      price.kind === "usage"
        ? []
        : [`${revision?.planVersion} ${price.key} ${price.kind === "flat" ? "1" : revision?.quantities[price.key]}`],
    )
    .sort();
}

test("billed on the way or only at the end, fees come to the same, but for a cent a credit at most", () => {
  fc.assert(
    fc.property(stories, (given) => {
      const often = tell(given, true);
      const once = tell(given, false);
      const licensed = (told: Told): Line[] =>
        [...told.story.billed, ...told.story.lines(formatInstant(told.end))].filter(({ kind }) => kind !== "usage");
      const difference = sum(licensed(often)) - sum(licensed(once));
      const credits = BigInt(licensed(often).filter(({ purpose }) => purpose === "credit").length);
      // A credit is a share of what its line billed, a fee a share of the full period: each credit may round the other way.
      expect(difference <= credits && difference >= -credits).toBe(true);
      expect(sum(licensed(once))).toBe(feesOf(once.story));
    }),
    { numRuns: 300 },
  );
});

/** The oracle for fees never credited: each stretch of days at its share of the full period. */
function feesOf(story: BillingStory): bigint {
  const { subscription } = story;
  let total = 0n;
  const end = subscription.endAt ?? 0;
  const days: { date: CalendarDate; revision: ReturnType<typeof revisionAt> }[] = [];
  for (let date = localDate(subscription.startAt, subscription.zone); startOfDay(date, subscription.zone) < end; date = addDays(date, 1)) {
    days.push({ date, revision: revisionAt(subscription, startOfDay(addDays(date, 1), subscription.zone) - 1) });
  }
  for (let first = 0; first < days.length;) {
    const start = days[first];
    if (start?.revision == null) break;
    const revision = start.revision;
    const period = periodOn(revision.cadence, start.date);
    let last = first;
    while (days[last + 1]?.revision === revision && (days[last + 1]?.date ?? period.end) < period.end) last += 1;
    const span = { from: daysBetween(period.start, start.date), to: daysBetween(period.start, start.date) + last - first + 1 };
    for (const price of story.plans.get(revision.planVersion)?.prices ?? []) {
      if (price.kind === "usage") continue;
      const quantity = decimal(price.kind === "seat" ? (revision.quantities[price.key] ?? "0") : "1");
      const fee = price.kind === "flat" ? price.model.amount : priceQuantity(price.model, quantity);
      total += prorated(fee, USD, span, daysBetween(period.start, period.end)).amount;
    }
    first = last + 1;
  }
  return total;
}

test("usage comes to the same whenever it was billed and however late it came", () => {
  fc.assert(
    fc.property(stories, (given) => {
      const usageOf = (told: Told): bigint =>
        sum([...told.story.billed, ...told.story.lines(formatInstant(told.end))].filter(({ kind }) => kind === "usage"));
      expect(usageOf(tell(given, true))).toBe(usageOf(tell(given, false)));
    }),
    { numRuns: 300 },
  );
});

test("the usage billed is the usage there was", () => {
  fc.assert(
    fc.property(stories, (given) => {
      const { story, end } = tell(given, true);
      const lines = [...story.billed, ...story.lines(formatInstant(end))];
      const billed = lines.filter(({ kind }) => kind === "usage").reduce((total, { quantity }) => total + decimal(quantity).digits, 0n);
      const hasPrice = (at: Instant): boolean => {
        const revision = revisionAt(story.subscription, at);
        return revision !== null && (story.plans.get(revision.planVersion)?.prices.some(({ kind }) => kind === "usage") ?? false);
      };
      const used = story.events.filter(({ at }) => hasPrice(at)).reduce((total, { quantity }) => total + quantity.digits, 0n);
      expect(billed).toBe(used);
    }),
    { numRuns: 300 },
  );
});

test("a window is billed only when its period is closed", () => {
  fc.assert(
    fc.property(stories, fc.integer({ min: 0, max: 5_000 }), (given, hours) => {
      const { story } = tell(given, false);
      const asOf = story.subscription.startAt + hours * 3_600_000;
      for (const { kind, period } of story.lines(formatInstant(asOf))) {
        if (kind === "usage") expect(period.end <= asOf).toBe(true);
      }
    }),
  );
});

test("the bill so far, when its time has come, is the bill", () => {
  fc.assert(
    fc.property(stories, (given) => {
      const { story, end } = tell(given, true);
      expect(story.lines(formatInstant(end), true)).toEqual(story.lines(formatInstant(end), false));
    }),
  );
});

test("lines of settled periods change nothing, whether they are handed in or not", () => {
  fc.assert(
    fc.property(stories, (given) => {
      const { story, end } = tell(given, true);
      const { subscription, plans: planVersions, billed } = story;
      const quantities = new Map(story.needed(formatInstant(end)).map(({ meter, start }) => [`${meter} ${start}`, decimal("7")]));
      const billing = {
        subscription,
        planVersions,
        usage: (meter: string, start: Instant) => quantities.get(`${meter} ${start}`) ?? decimal("0"),
        asOf: end,
        includeOpen: false,
      };
      const recent = billed.filter(({ period }) => period.end > subscription.unsettledFrom);
      expect(draftLines({ ...billing, billed })).toEqual(draftLines({ ...billing, billed: recent }));
    }),
  );
});

test("a bill reads no quantity that it did not ask for", () => {
  fc.assert(
    fc.property(stories, fc.integer({ min: 0, max: 5_000 }), fc.boolean(), (given, hours, includeOpen) => {
      const { story } = tell(given, true);
      const { subscription, plans: planVersions, billed } = story;
      const asOf = subscription.startAt + hours * 3_600_000;
      const asked = new Set(usageNeeded({ subscription, planVersions, asOf, includeOpen }).map(({ meter, start }) => `${meter} ${start}`));
      const read = new Set<string>();
      const usageOf = (meter: string, start: Instant) => {
        read.add(`${meter} ${start}`);
        return decimal("3");
      };
      draftLines({ subscription, planVersions, usage: usageOf, billed, asOf, includeOpen });
      expect([...read].filter((key) => !asked.has(key))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
