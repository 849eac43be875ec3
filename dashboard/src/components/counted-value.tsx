import { QuantityText } from "./quantity-text";

/** What an event counts: a quantity, or of a meter that tells values apart a text. */
export function CountedValue({ value }: { readonly value: string }) {
  return /^-?\d+(\.\d+)?$/.test(value) ? <QuantityText value={value} /> : <span className="wrap-anywhere">{value}</span>;
}
