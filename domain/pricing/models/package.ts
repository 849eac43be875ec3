import type { PriceModel } from "#domain/catalog/price";
import type { LineStep } from "#domain/invoices/line";
import { type Decimal, decimalText, divideUp, fromInteger, multiply } from "#domain/money/decimal";

type Package = Extract<PriceModel, { type: "package" }>;

/** Every package that was started, full or not. */
export function pricePackage(model: Package, quantity: Decimal): Decimal {
  return multiply(model.amount, fromInteger(divideUp(quantity, model.size)));
}

export function packageSteps(model: Package, quantity: Decimal): LineStep[] {
  return [
    {
      label: `packages of ${decimalText(model.size)}`,
      quantity: divideUp(quantity, model.size).toString(),
      unitAmount: decimalText(model.amount),
      amount: decimalText(pricePackage(model, quantity)),
    },
  ];
}
