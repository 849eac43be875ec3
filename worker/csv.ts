/** Rows as RFC 4180 text: lines end in CRLF, absent is empty, an empty text is quoted. */
export function csv(rows: readonly (readonly (string | null)[])[]): string {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: string | null): string {
  if (value === null) return "";
  return value === "" || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** A text that a sender chose: one that a spreadsheet would run as a formula is shown as a text by it. */
export function plainText(value: string | null): string | null {
  return value !== null && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
}
