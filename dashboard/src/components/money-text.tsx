import { isCurrency } from "#domain/money/currency";
import { formatAmount } from "#domain/money/money";

/** An amount of minor units as people write it. The decimal text goes to Intl as text: no float ever holds money. */
export function MoneyText({
  amount,
  currency,
  signed = false,
}: {
  readonly amount: number;
  readonly currency: string;
  readonly signed?: boolean;
}) {
  if (!isCurrency(currency)) return <span>{`${amount} ${currency}`}</span>;
  const text = formatAmount({ amount: BigInt(amount), currency });
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency, signDisplay: signed ? "exceptZero" : "auto" });
  return <span className="tabular-nums whitespace-nowrap">{format.format(text as Intl.StringNumericLiteral)}</span>;
}
