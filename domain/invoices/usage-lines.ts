import { present } from "#domain/assert";
import type { PlanVersion } from "#domain/catalog/plan";
import type { UsagePrice } from "#domain/catalog/price";
import type { Id } from "#domain/ids";
import type { Billing, UnnumberedLine } from "#domain/invoices/billing";
import type { Line } from "#domain/invoices/line";
import { add, type Decimal, decimal, decimalText, isZero, negate, subtract, ZERO } from "#domain/money/decimal";
import { majorUnits, minus, type Money, negated, roundToMoney, total } from "#domain/money/money";
import { rateUsage } from "#domain/pricing/rate-usage";
import { type RatedWindow, usageWindows } from "#domain/subscriptions/usage-windows";
import type { Instant } from "#domain/time/instant";

type RatedPrice = RatedWindow & { readonly plan: PlanVersion; readonly price: UsagePrice };

/**
 * Which quantities a bill needs from the ledger: one per usage window and meter, without repeats, in time order. Windows still
 * open stay out unless the bill shows them: freezing one would make all its later usage late.
 */
export function usageNeeded(billing: Omit<Billing, "usage" | "billed">): { readonly meter: string; readonly start: Instant }[] {
  const due = ratedPrices(billing).filter((item) => isDue(item, billing));
  const keys = new Map(due.map(({ price, window }) => [`${price.meter} ${window.start}`, { meter: price.meter, start: window.start }]));
  return [...keys.values()];
}

/**
 * Usage compared by window and price: what the quantity costs now, less what lines for the same window billed already. A
 * difference after issue (late usage, or terms changed in the past) becomes a line of its own.
 */
export function usageLines(billing: Billing): UnnumberedLine[] {
  const rated = ratedPrices(billing);
  const { unsettledFrom } = billing.subscription;
  // Settled windows of an open period are read for the cumulative quantity only; their lines are no longer compared.
  const due = rated.filter((item) => isDue(item, billing) && item.window.end > unsettledFrom);
  const billedUsage = billing.billed.filter((line) => line.purpose === "usage" && line.period.end > unsettledFrom);
  const lines = due.flatMap((item) => {
    const earlier = billedUsage.filter((line) => isSame(item, line));
    return usageLine(item, rated, earlier, billing);
  });
  const orphans = billedUsage.filter((line) => !rated.some((item) => isSame(item, line)));
  return [...lines, ...reversals(orphans)];
}

/** What a usage window costs by one price of its plan, whatever was billed of it before. */
export type UsageCost = Pick<RatedPrice, "window" | "billingPeriod" | "closesAt"> & {
  readonly planVersion: Id<"plan_version">;
  readonly price: string;
  readonly meter: string;
  readonly amount: Money;
};

/** The cost of every window a bill looks at, in time order. Bills with two readings differ by the differences of these. */
export function usageCosts(billing: Omit<Billing, "billed">): UsageCost[] {
  const rated = ratedPrices(billing);
  return rated
    .filter((item) => isDue(item, billing) && item.window.end > billing.subscription.unsettledFrom)
    .map((item) => {
      const { plan, price, window, billingPeriod, closesAt } = item;
      const amount = roundToMoney(rateWindow(item, rated, billing.usage).amount, plan.currency);
      return { planVersion: plan.id, price: price.key, meter: price.meter, window, billingPeriod, closesAt, amount };
    });
}

function ratedPrices({ subscription, planVersions, asOf }: Pick<Billing, "subscription" | "planVersions" | "asOf">): RatedPrice[] {
  return usageWindows(subscription, subscription.unsettledFrom, asOf).flatMap((rated) => {
    const plan = present(planVersions.get(rated.revision.planVersion), `plan version ${rated.revision.planVersion}`);
    return plan.prices.filter((price) => price.kind === "usage").map((price) => ({ ...rated, plan, price }));
  });
}

function isDue({ closesAt }: RatedPrice, { asOf, includeOpen }: Pick<Billing, "asOf" | "includeOpen">): boolean {
  return closesAt <= asOf || includeOpen;
}

function isSame(item: RatedPrice, line: Line): boolean {
  return item.plan.id === line.planVersion && item.price.key === line.price && item.window.start === line.period.start;
}

function usageLine(
  item: RatedPrice,
  rated: readonly RatedPrice[],
  earlier: readonly Line[],
  { subscription, usage }: Billing,
): UnnumberedLine[] {
  const { plan, price, window } = item;
  const { quantity, amount, steps } = rateWindow(item, rated, usage);
  const owed = roundToMoney(amount, plan.currency);
  const newQuantity = subtract(quantity, quantityOf(earlier));
  const difference = minus(owed, amountOf(earlier, plan));
  if (earlier.length > 0 && isZero(newQuantity) && difference.amount === 0n) return [];
  return [
    {
      subscriptionId: subscription.id,
      planVersion: plan.id,
      price: price.key,
      kind: "usage",
      purpose: "usage",
      description: `${plan.planName}: ${price.name}${earlier.length > 0 ? " (correction)" : ""}`,
      period: window,
      quantity: decimalText(newQuantity),
      unitAmount: price.model.type === "per_unit" ? decimalText(price.model.unitAmount) : null,
      steps: earlier.length > 0 ? [...steps, billedStep(earlier, amountOf(earlier, plan))] : steps,
      amount: difference,
      reverses: null,
    },
  ];
}

function rateWindow(item: RatedPrice, rated: readonly RatedPrice[], usage: Billing["usage"]) {
  const quantity = usage(item.price.meter, item.window.start);
  return { quantity, ...rateUsage(item.price, quantityBefore(item, rated, usage), quantity) };
}

/** What was used of the same meter in earlier windows of the same billing period, whichever plan was in force. */
function quantityBefore({ price, window, billingPeriod }: RatedPrice, rated: readonly RatedPrice[], usage: Billing["usage"]): Decimal {
  const starts = rated
    .filter(
      (other) =>
        other.price.meter === price.meter && other.billingPeriod.start === billingPeriod.start && other.window.start < window.start,
    )
    .map((other) => other.window.start);
  return [...new Set(starts)].reduce((sum, start) => add(sum, usage(price.meter, start)), ZERO);
}

function quantityOf(lines: readonly Line[]): Decimal {
  return lines.reduce((sum, line) => add(sum, decimal(line.quantity)), ZERO);
}

function amountOf(lines: readonly Line[], plan: PlanVersion): Money {
  return total(
    lines.map((line) => line.amount),
    plan.currency,
  );
}

function billedStep(earlier: readonly Line[], billed: Money): Line["steps"][number] {
  return {
    label: "billed before",
    quantity: decimalText(negate(quantityOf(earlier))),
    unitAmount: "",
    amount: decimalText(negate(majorUnits(billed))),
  };
}

/** Usage billed under terms that, by a change in the past, were never in force there: taken back whole. */
function reversals(orphans: readonly Line[]): UnnumberedLine[] {
  const byKey = Map.groupBy(orphans, (line) => `${line.planVersion} ${line.price} ${line.period.start} ${line.period.end}`);
  return [...byKey.values()].flatMap((lines) => {
    const [first] = lines;
    if (first === undefined) return [];
    const amount = total(
      lines.map((line) => line.amount),
      first.amount.currency,
    );
    const quantity = quantityOf(lines);
    if (amount.amount === 0n && isZero(quantity)) return [];
    const { sequence: _, ...facts } = first;
    return [
      {
        ...facts,
        description: `${first.description} (taken back)`,
        quantity: decimalText(negate(quantity)),
        steps: [],
        amount: negated(amount),
      },
    ];
  });
}
