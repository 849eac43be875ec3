import type { Line } from "#domain/invoices/line";
import type { Currency } from "#domain/money/currency";

/** A line as JSON: the amount as a plain integer of minor units (it is within ±(2^53−1) by construction). */
export type StoredLine = Omit<Line, "amount"> & { readonly amount: number; readonly currency: Currency };

export function storeLine(line: Line): StoredLine {
  return { ...line, amount: Number(line.amount.amount), currency: line.amount.currency };
}

export function readLine(stored: StoredLine): Line {
  const { amount, currency, ...line } = stored;
  return { ...line, amount: { amount: BigInt(amount), currency } };
}
