/** A quantity as people write it, to its last decimal. The text goes to Intl as text: no float ever holds it. */
export function QuantityText({ value }: { readonly value: string }) {
  return <span className="tabular-nums whitespace-nowrap">{quantityText(value)}</span>;
}

export function quantityText(value: string): string {
  return new Intl.NumberFormat(undefined, { maximumFractionDigits: 20 }).format(value as Intl.StringNumericLiteral);
}
