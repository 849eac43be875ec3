import type { QuantityModel } from "#domain/catalog/price";
import type { LineStep } from "#domain/invoices/line";
import type { Decimal } from "#domain/money/decimal";
import { graduatedSteps, priceGraduated } from "#domain/pricing/models/graduated";
import { packageSteps, pricePackage } from "#domain/pricing/models/package";
import { perUnitSteps, pricePerUnit } from "#domain/pricing/models/per-unit";

/** What a quantity costs, exactly, in major units. Nothing is rounded here: that happens once, on the line. */
export function priceQuantity(model: QuantityModel, quantity: Decimal): Decimal {
  switch (model.type) {
    case "per_unit":
      return pricePerUnit(model, quantity);
    case "package":
      return pricePackage(model, quantity);
    case "graduated":
      return priceGraduated(model, quantity);
  }
}

/** The same calculation, step by step, so that a person can add it up. The steps' amounts sum to `priceQuantity`. */
export function priceSteps(model: QuantityModel, quantity: Decimal): LineStep[] {
  switch (model.type) {
    case "per_unit":
      return perUnitSteps(model, quantity);
    case "package":
      return packageSteps(model, quantity);
    case "graduated":
      return graduatedSteps(model, quantity);
  }
}
