import type { PriceModel, Tier } from "#domain/catalog/price";
import type { LineStep } from "#domain/invoices/line";
import { add, compare, type Decimal, decimalText, minimum, multiply, subtract, ZERO } from "#domain/money/decimal";

type Graduated = Extract<PriceModel, { type: "graduated" }>;
type TierShare = { readonly tier: Tier; readonly from: Decimal; readonly quantity: Decimal };

/** Each part of the quantity at the amounts of the tier it falls in, plus the flat amount of every tier it reaches into. */
export function priceGraduated(model: Graduated, quantity: Decimal): Decimal {
  return sharesOf(model, quantity).reduce((sum, share) => add(sum, amountOf(share)), ZERO);
}

export function graduatedSteps(model: Graduated, quantity: Decimal): LineStep[] {
  return sharesOf(model, quantity).map((share) => ({
    label: labelOf(share),
    quantity: decimalText(share.quantity),
    unitAmount: decimalText(share.tier.unitAmount),
    amount: decimalText(amountOf(share)),
  }));
}

function amountOf({ tier, quantity }: TierShare): Decimal {
  return add(multiply(tier.unitAmount, quantity), tier.flatAmount);
}

/** `upTo` is inclusive and the next tier begins right after it, so a fractional quantity never falls between two tiers. */
function sharesOf(model: Graduated, quantity: Decimal): TierShare[] {
  const shares: TierShare[] = [];
  let from = ZERO;
  for (const tier of model.tiers) {
    if (compare(quantity, from) <= 0) break;
    const upTo = tier.upTo === null ? quantity : minimum(quantity, tier.upTo);
    shares.push({ tier, from, quantity: subtract(upTo, from) });
    from = upTo;
  }
  return shares;
}

function labelOf({ tier, from }: TierShare): string {
  const flat = tier.flatAmount.digits === 0n ? "" : ` + ${decimalText(tier.flatAmount)}`;
  if (tier.upTo === null) return `above ${decimalText(from)}${flat}`;
  return `${from.digits === 0n ? "first" : `${decimalText(from)} to`} ${decimalText(tier.upTo)}${flat}`;
}
