/** The text of the n-th number of a series: `INV-2026-0042`. */
export function invoiceNumber(prefix: string, year: number, n: number): string {
  return `${prefix}-${year}-${String(n).padStart(4, "0")}`;
}
