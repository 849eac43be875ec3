import { expect, test } from "vitest";
import { present } from "#domain/assert";
import type { PlanVersion } from "#domain/catalog/plan";
import type { Line } from "#domain/invoices/line";
import { reopenedBy } from "#domain/invoices/unsettled";
import type { Revision } from "#domain/subscriptions/subscription";
import { cadenceCut } from "#domain/subscriptions/term-ranges";
import { revisionAt } from "#domain/subscriptions/usage-window";
import { periodOn } from "#domain/time/cadence";
import { addDays, daysBetween } from "#domain/time/calendar-date";
import { formatInstant, type Instant } from "#domain/time/instant";
import { localDate, startOfDay } from "#domain/time/zone";
import { BillingStory } from "#test/domain/support/billing-story";
import fc from "#test/domain/support/fast-check";
import { flat, instantOf, perUnit, plan, seat, usage, YEARLY } from "#test/domain/support/plans";

/** Cents that every month (28–31 days) and every year divides without a rest: no line rounds, so sums can be compared exactly. */
const MONTH_CENTS = 28n * 29n * 30n * 31n;
const YEAR_CENTS = 365n * 366n;

type Rates = {
  readonly plan: PlanVersion;
  readonly advance: bigint;
  readonly arrears: bigint;
  readonly seats: bigint;
  readonly calls: bigint;
};

const amountText = (cents: bigint): string => `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;

function rates(key: string, given: Omit<Rates, "plan">, interval?: typeof YEARLY): Rates {
  const prices = [
    ...(given.advance > 0n ? [flat("fee", amountText(given.advance))] : []),
    ...(given.arrears > 0n ? [flat("support", amountText(given.arrears), "in_arrears" as const)] : []),
    ...(given.seats > 0n ? [seat("seats", perUnit(amountText(given.seats)))] : []),
    ...(given.calls > 0n ? [usage("calls", perUnit(amountText(given.calls)))] : []),
  ];
  return { ...given, plan: plan(key, prices, interval === undefined ? {} : { interval }) };
}

const offers: readonly [Rates, ...Rates[]] = [
  rates("small", { advance: MONTH_CENTS, arrears: 0n, seats: 0n, calls: 7n }),
  rates("large", { advance: 2n * MONTH_CENTS, arrears: 3n * MONTH_CENTS, seats: 0n, calls: 5n }),
  rates("team", { advance: 0n, arrears: MONTH_CENTS, seats: MONTH_CENTS, calls: 0n }),
  rates("yearly", { advance: 5n * YEAR_CENTS, arrears: 0n, seats: YEAR_CENTS, calls: 3n }, YEARLY),
];

type Step = { readonly hours: number } & (
  | { readonly kind: "change"; readonly offer: number; readonly seats: number }
  | { readonly kind: "use"; readonly quantity: number; readonly hoursBack: number }
  | { readonly kind: "issue" }
  | { readonly kind: "void"; readonly which: number }
);

const step: fc.Arbitrary<Step> = fc.tuple(fc.constantFrom(0, 1, 9, 24, 100, 250, 500), fc.nat()).chain(([hours, which]) =>
  fc.oneof(
    fc.record({
      hours: fc.constant(hours),
      kind: fc.constant("change" as const),
      offer: fc.integer({ min: 0, max: offers.length - 1 }),
      seats: fc.integer({ min: 0, max: 4 }),
    }),
    fc.record({
      hours: fc.constant(hours),
      kind: fc.constant("use" as const),
      quantity: fc.integer({ min: 1, max: 50 }),
      hoursBack: fc.integer({ min: 0, max: 800 }),
    }),
    fc.constant({ hours, kind: "issue" as const }),
    fc.constant({ hours, kind: "issue" as const }),
    fc.constant({ hours, kind: "void" as const, which }),
  ),
);

const histories = fc.record({
  zone: fc.constantFrom("UTC", "America/Los_Angeles", "Asia/Kolkata"),
  startHour: fc.integer({ min: 0, max: 2_000 }),
  day: fc.integer({ min: 1, max: 31 }),
  steps: fc.array(step, { minLength: 1, maxLength: 14 }),
});

const sum = (lines: readonly Line[]): bigint => lines.reduce((total, { amount }) => total + amount.amount, 0n);

/** Plays a history; `check` looks at every prefix of it. */
function play(given: { zone: string; startHour: number; day: number; steps: readonly Step[] }, check: (told: Told) => void): void {
  const first = offers[0].plan;
  const story = new BillingStory(first, formatInstant(instantOf("2021-08-20T00:00:00Z") + given.startHour * 3_600_000), {
    zone: given.zone,
    anchor: { day: given.day },
  });
  const invoices: (readonly Line[])[] = [];
  let now = story.subscription.startAt;
  for (const next of given.steps) {
    now += next.hours * 3_600_000;
    act(story, invoices, next, now);
    check({ story, invoices, now });
  }
}

type Told = { readonly story: BillingStory; readonly invoices: (readonly Line[])[]; readonly now: Instant };

function act(story: BillingStory, invoices: (readonly Line[])[], next: Step, now: Instant): void {
  const at = formatInstant(now);
  switch (next.kind) {
    case "issue": {
      const lines = story.lines(at);
      if (lines.length === 0 || sum(lines) < 0n) return;
      story.issue(lines, at);
      invoices.push(lines);
      return;
    }
    case "void": {
      const [voided] = invoices.splice(next.which % Math.max(invoices.length, 1), 1);
      if (voided !== undefined) story.void(voided);
      return;
    }
    case "use": {
      const time = Math.max(story.subscription.startAt, now - next.hoursBack * 3_600_000);
      const isLate = time < story.subscription.unsettledFrom;
      story[isLate ? "useLate" : "use"]("calls", formatInstant(time), String(next.quantity));
      return;
    }
    case "change": {
      const current = story.subscription.revisions.at(-1);
      // Once a year, always a year: back in a month of its own, days already paid for would keep the rate of the old month.
      const offer = offers.find(({ plan: { id, interval } }) => id === current?.planVersion && interval.unit === "year");
      const { plan: to, seats } = offer ?? offers[next.offer] ?? offers[0];
      const quantities: Record<string, string> = seats > 0n ? { seats: String(next.seats) } : {};
      if (current?.planVersion === to.id && JSON.stringify(current.quantities) === JSON.stringify(quantities)) return;
      story.change(at, to, quantities);
    }
  }
}

/** The oracle: day by day and event by event, what the terms of that time cost, whatever was ever billed. */
function owed({ subscription, events }: BillingStory, now: Instant): bigint {
  const { zone, startAt, revisions } = subscription;
  const offerOf = ({ planVersion }: Revision): Rates =>
    present(
      offers.find((offer) => offer.plan.id === planVersion),
      planVersion,
    );
  let total = 0n;
  let [revision, period] = [revisions[0], periodOn(revisions[0].cadence, localDate(startAt, zone))];
  for (let date = localDate(startAt, zone); ; date = addDays(date, 1)) {
    const inForce = present(revisionAt(subscription, startOfDay(addDays(date, 1), zone) - 1), date);
    if (inForce !== revision || date >= period.end) period = periodOn(inForce.cadence, date);
    revision = inForce;
    if (Math.max(startOfDay(period.start, zone), startAt) > now) break;
    const { advance, seats, arrears } = offerOf(revision);
    const closesAt = Math.min(startOfDay(period.end, zone), cadenceCut(subscription, revisions.indexOf(revision)));
    const fees = advance + seats * BigInt(revision.quantities["seats"] ?? "0") + (closesAt <= now ? arrears : 0n);
    total += fees / BigInt(daysBetween(period.start, period.end));
  }
  for (const { at, quantity } of events) total += offerOf(present(revisionAt(subscription, at), "terms")).calls * quantity.digits;
  return total;
}

test("whatever was voided, what is billed and what is left to bill are what is owed, after every step", () => {
  fc.assert(
    fc.property(histories, (given) => {
      play(given, ({ story, now }) => {
        expect(story.total() + sum(story.lines(formatInstant(now), true))).toBe(owed(story, now));
      });
    }),
    { numRuns: 100 },
  );
});

test("whatever was voided, no two lines that stand have the same key, and after issue nothing is left", () => {
  fc.assert(
    fc.property(histories, (given) => {
      play(given, ({ story, now }) => {
        const lines = [...story.billed, ...story.lines(formatInstant(now))];
        const keys = lines.map(({ price, period, purpose, sequence }) => `${price} ${period.start} ${period.end} ${purpose} ${sequence}`);
        expect(new Set(keys).size).toBe(keys.length);
        expect(
          lines.every(({ purpose, amount }) => (purpose === "credit" ? amount.amount <= 0n : purpose === "usage" || amount.amount >= 0n)),
        ).toBe(true);
      });
    }),
    { numRuns: 60 },
  );
});

test("voiding looks back to the earliest line of the invoice, never forward", () => {
  const story = new BillingStory(offers[0].plan, "2024-01-10T00:00:00Z");
  const lines = story.lines("2024-02-10T00:00:00Z");
  expect(formatInstant(reopenedBy({ unsettledFrom: instantOf("2024-03-10T00:00:00Z") }, lines))).toBe("2024-01-10T00:00:00Z");
  expect(formatInstant(reopenedBy({ unsettledFrom: instantOf("2024-01-01T00:00:00Z") }, lines))).toBe("2024-01-01T00:00:00Z");
});
