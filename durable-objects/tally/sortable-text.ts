import { assert } from "#domain/assert";
import { type Decimal, decimalText, negate } from "#domain/money/decimal";

/** More digits before the point than any usage value has. */
const WIDTH = 40;

/**
 * A text of a decimal that sorts as the number does, so that SQLite can rank values it cannot hold as numbers: `1` and the
 * whole part at full width for zero and more; `0` and the nines' complement of all digits, closed by `~`, for less.
 */
export function sortableText(value: Decimal): string {
  const negative = value.digits < 0n;
  const [whole = "", fraction = ""] = decimalText(negative ? negate(value) : value).split(".");
  assert(whole.length <= WIDTH, `a value of ${whole.length} digits cannot be ranked`);
  const text = `${whole.padStart(WIDTH, "0")}${fraction === "" ? "" : `.${fraction}`}`;
  return negative ? `0${complement(text)}~` : `1${text}`;
}

export function unsortedText(text: string): string {
  const negative = text.startsWith("0");
  const plain = negative ? complement(text.slice(1, -1)) : text.slice(1);
  return `${negative ? "-" : ""}${plain.replace(/^0+(?=\d)/, "")}`;
}

function complement(text: string): string {
  let result = "";
  for (const character of text) result += character === "." ? "." : String(9 - Number(character));
  return result;
}
