import { present } from "#domain/assert";
import type { PlanVersion } from "#domain/catalog/plan";
import type { LicensedPrice } from "#domain/catalog/price";
import type { Billing, UnnumberedLine } from "#domain/invoices/billing";
import type { Line } from "#domain/invoices/line";
import { isCreditOf, isOwnCharge, orphansTakenBack } from "#domain/invoices/orphan-credits";
import { type Decimal, decimal, decimalText, isZero } from "#domain/money/decimal";
import { priceQuantity, priceSteps } from "#domain/pricing/price-quantity";
import { prorated, shareOf } from "#domain/pricing/proration";
import type { Revision } from "#domain/subscriptions/subscription";
import { type TermRange, termRanges } from "#domain/subscriptions/term-ranges";
import { boundary, periodIndex } from "#domain/time/cadence";
import { addDays, dateOf, daysBetween } from "#domain/time/calendar-date";
import { sharedDays, withoutRanges } from "#domain/time/date-ranges";
import type { DateRange } from "#domain/time/period";
import { localDate, startOfDay, type Zone } from "#domain/time/zone";

/** Days for which a licensed price should have been billed, inside the full anchor period that measures them. */
type Owed = {
  readonly plan: PlanVersion;
  readonly price: LicensedPrice;
  readonly quantity: Decimal;
  readonly days: DateRange;
  readonly anchor: DateRange;
};

/**
 * Licensed prices compared by days: days owed and not billed become a charge, days billed and no longer owed become a credit
 * of what that line really billed for them. A credit that lost its charge is taken back.
 */
export function licensedLines(billing: Billing): UnnumberedLine[] {
  const owed = owedDays(billing);
  const settled = settledDays(billing);
  const charges = billing.billed.filter(isOwnCharge);
  const standing = charges.map((line) => ({ line, days: standingDays(line, billing) }));
  const credits = standing.flatMap(({ line, days }) => {
    const wanted = owed.filter((item) => isSame(item, line)).map((item) => item.days);
    return days
      .flatMap((range) => withoutRanges(range, [settled, ...wanted]))
      .map((range) => creditLine(line, range, billing.subscription.zone));
  });
  const added = owed.flatMap((item) => {
    const covered = standing.filter(({ line }) => isSame(item, line)).flatMap(({ days }) => days);
    return withoutRanges(item.days, [settled, ...covered]).map((range) => chargeLine(item, range, billing));
  });
  const unsettled = billing.billed.filter(({ period }) => period.end > billing.subscription.unsettledFrom);
  return [...credits, ...orphansTakenBack(unsettled, charges), ...added];
}

/** All days that no bill can change any more. Whatever lines of them the caller knows, or does not, they are left alone. */
function settledDays({ subscription }: Billing): DateRange {
  return { start: dateOf(0, 1, 1), end: localDate(subscription.unsettledFrom, subscription.zone) };
}

function owedDays(billing: Billing): Owed[] {
  return termRanges(billing.subscription).flatMap((range) => {
    const plan = present(billing.planVersions.get(range.revision.planVersion), `plan version ${range.revision.planVersion}`);
    const prices = plan.prices.filter((price) => price.kind !== "usage");
    return periodsOf(range, billing).flatMap((period) =>
      prices
        .filter((price) => isDue(price, period, range, billing))
        .map((price) => ({ plan, price, quantity: quantityOf(price, range.revision), ...period })),
    );
  });
}

/** The billing periods a term range overlaps, from the first unsettled one to the last that has begun. */
function periodsOf(range: TermRange, { subscription, asOf }: Billing): { days: DateRange; anchor: DateRange }[] {
  const { cadence } = range.revision;
  const unsettledOn = localDate(subscription.unsettledFrom, subscription.zone);
  const today = localDate(asOf, subscription.zone);
  const periods: { days: DateRange; anchor: DateRange }[] = [];
  for (let index = periodIndex(cadence, range.start > unsettledOn ? range.start : unsettledOn); ; index++) {
    const anchor = { start: boundary(cadence, index), end: boundary(cadence, index + 1) };
    if (anchor.start > today || (range.end !== null && anchor.start >= range.end)) return periods;
    const days = sharedDays(anchor, { start: range.start, end: range.end ?? addDays(anchor.end, 1) });
    if (days !== null) periods.push({ days, anchor });
  }
}

function isDue(
  price: LicensedPrice,
  { days, anchor }: { days: DateRange; anchor: DateRange },
  range: TermRange,
  { subscription, asOf }: Billing,
): boolean {
  if (price.timing === "in_advance") return Math.max(startOfDay(days.start, subscription.zone), subscription.startAt) <= asOf;
  return Math.min(startOfDay(anchor.end, subscription.zone), range.cutAt) <= asOf;
}

function quantityOf(price: LicensedPrice, revision: Revision): Decimal {
  return price.kind === "flat" ? decimal("1") : decimal(present(revision.quantities[price.key], `quantity of ${price.key}`));
}

/** The days a charge still stands for: its own, less those its credits took back. */
function standingDays(charge: Line, { subscription, billed }: Billing): DateRange[] {
  const taken = billed.filter((line) => isCreditOf(line, charge)).map((line) => daysOf(line, subscription.zone));
  return withoutRanges(daysOf(charge, subscription.zone), taken);
}

function daysOf(line: Line, zone: Zone): DateRange {
  return { start: localDate(line.period.start, zone), end: localDate(line.period.end, zone) };
}

function isSame(item: Owed, line: Line): boolean {
  return item.plan.id === line.planVersion && item.price.key === line.price && decimalText(item.quantity) === line.quantity;
}

function chargeLine({ plan, price, quantity, anchor }: Owed, days: DateRange, { subscription }: Billing): UnnumberedLine {
  const fee = price.kind === "flat" ? price.model.amount : priceQuantity(price.model, quantity);
  const span = { from: daysBetween(anchor.start, days.start), to: daysBetween(anchor.start, days.end) };
  const of = daysBetween(anchor.start, anchor.end);
  const part = span.to - span.from === of ? "" : ` (${span.to - span.from} of ${of} days)`;
  return {
    subscriptionId: subscription.id,
    planVersion: plan.id,
    price: price.key,
    kind: price.kind,
    purpose: "charge",
    description: `${plan.planName}: ${price.name}${part}`,
    period: { start: startOfDay(days.start, subscription.zone), end: startOfDay(days.end, subscription.zone) },
    quantity: decimalText(quantity),
    unitAmount:
      price.kind === "flat"
        ? decimalText(price.model.amount)
        : price.model.type === "per_unit"
          ? decimalText(price.model.unitAmount)
          : null,
    steps: price.kind === "flat" || isZero(quantity) ? [] : priceSteps(price.model, quantity),
    amount: prorated(fee, plan.currency, span, of),
    reverses: null,
  };
}

function creditLine(charge: Line, days: DateRange, zone: Zone): UnnumberedLine {
  const whole = daysOf(charge, zone);
  const span = { from: 0, to: daysBetween(whole.start, whole.end) };
  const unused = { from: daysBetween(whole.start, days.start), to: daysBetween(whole.start, days.end) };
  const { amount, currency } = shareOf(charge.amount, span, unused);
  return {
    subscriptionId: charge.subscriptionId,
    planVersion: charge.planVersion,
    price: charge.price,
    kind: charge.kind,
    purpose: "credit",
    description: `Unused time of ${charge.description}: ${unused.to - unused.from} of ${span.to} days`,
    period: { start: startOfDay(days.start, zone), end: startOfDay(days.end, zone) },
    quantity: charge.quantity,
    unitAmount: charge.unitAmount,
    steps: [],
    amount: { amount: -amount, currency },
    reverses: { period: charge.period, sequence: charge.sequence },
  };
}
