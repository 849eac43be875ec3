import type { UsagePrice } from "#domain/catalog/price";
import type { LineStep } from "#domain/invoices/line";
import { add, type Decimal, decimalText, isNegative, isZero, minimum, negate, subtract, ZERO } from "#domain/money/decimal";
import { priceQuantity, priceSteps } from "#domain/pricing/price-quantity";

/**
 * What `quantity` costs when `before` was used earlier in the same billing period: rate(before + quantity) − rate(before).
 * So a period rated in parts costs what it costs whole, and neither the included units nor the low tiers are given twice.
 */
export function rateUsage(price: UsagePrice, before: Decimal, quantity: Decimal): { amount: Decimal; steps: LineStep[] } {
  const after = add(before, quantity);
  const amount = subtract(priceQuantity(price.model, billable(price, after)), priceQuantity(price.model, billable(price, before)));
  return { amount, steps: stepsOf(price, before, after) };
}

/** What is left of a cumulative quantity after the included units. */
function billable(price: UsagePrice, cumulative: Decimal): Decimal {
  const rest = subtract(cumulative, price.included);
  return isNegative(rest) ? ZERO : rest;
}

function stepsOf(price: UsagePrice, before: Decimal, after: Decimal): LineStep[] {
  const steps = priceSteps(price.model, billable(price, after));
  const included = minimum(after, price.included);
  if (!isZero(price.included)) steps.unshift({ label: "included", quantity: decimalText(included), unitAmount: "0", amount: "0" });
  if (isZero(before)) return steps;
  const paid = priceQuantity(price.model, billable(price, before));
  return [
    ...steps,
    {
      label: `less the first ${decimalText(before)} of the period`,
      quantity: decimalText(negate(before)),
      unitAmount: "",
      amount: decimalText(negate(paid)),
    },
  ];
}
