import type { PriceModel } from "#domain/catalog/price";
import type { LineStep } from "#domain/invoices/line";
import { type Decimal, decimalText, multiply } from "#domain/money/decimal";

type PerUnit = Extract<PriceModel, { type: "per_unit" }>;

/** Every unit at the same amount. */
export function pricePerUnit(model: PerUnit, quantity: Decimal): Decimal {
  return multiply(model.unitAmount, quantity);
}

export function perUnitSteps(model: PerUnit, quantity: Decimal): LineStep[] {
  return [
    {
      label: "per unit",
      quantity: decimalText(quantity),
      unitAmount: decimalText(model.unitAmount),
      amount: decimalText(pricePerUnit(model, quantity)),
    },
  ];
}
