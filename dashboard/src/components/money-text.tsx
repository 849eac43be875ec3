import { isCurrency } from "#domain/money/currency";
import { formatAmount } from "#domain/money/money";

/** An amount of minor units as people write it. The decimal text goes to Intl as text: no float ever holds money. */
export function MoneyText({ amount, currency }: { readonly amount: number; readonly currency: string }) {
  if (!isCurrency(currency)) return <span>{`${amount} ${currency}`}</span>;
  const text = formatAmount({ amount: BigInt(amount), currency });
  const written = new Intl.NumberFormat(undefined, { style: "currency", currency }).format(text as Intl.StringNumericLiteral);
  return <span className="tabular-nums whitespace-nowrap">{written}</span>;
}
