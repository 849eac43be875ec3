import type { PlanVersion } from "#domain/catalog/plan";
import { ok, pointer, refuseField, type Result } from "#domain/result";

/**
 * The quantity of every seat price of a plan: the one asked for, else the one there was, else one seat. Whole numbers only,
 * at most fifteen digits.
 */
export function readQuantities(
  plan: PlanVersion,
  asked: Readonly<Record<string, string>>,
  current: Readonly<Record<string, string>>,
): Result<Readonly<Record<string, string>>, "unknown_quantity" | "invalid_quantity"> {
  const seatPrices = plan.prices.filter((price) => price.kind === "seat").map((price) => price.key);
  for (const [key, quantity] of Object.entries(asked)) {
    if (!seatPrices.includes(key))
      return refuseField("unknown_quantity", pointer(["quantities", key]), `Plan ${plan.planKey} has no seat price ${key}.`);
    if (!/^(0|[1-9]\d{0,14})$/.test(quantity))
      return refuseField("invalid_quantity", pointer(["quantities", key]), "A quantity of seats is a whole number.");
  }
  return ok(Object.fromEntries(seatPrices.map((key) => [key, asked[key] ?? current[key] ?? "1"])));
}
