import { pointer } from "#domain/result";

/** No object of ours nests deeper; a validator that recurses must not be given more. */
const DEEPEST = 32;

export type JsonScan =
  | { readonly problem: null; readonly riskyNumber: boolean }
  /** `at` is where in the text it shows. */
  | { readonly problem: "too_deep" | "duplicate_key"; readonly at: number };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * One pass over JSON text for what `JSON.parse` does not tell: nesting, keys that stand twice, and numbers that a double may
 * not hold (more than 15 digits, or an exponent). Text that is not JSON passes through here; the parser refuses it. `spans`
 * takes where each object or array directly inside the whole begins and ends.
 */
export function scanJson(text: string, spans: number[] | null = null): JsonScan {
  const open: (Set<string> | null)[] = [];
  let riskyNumber = false;
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (keys && isKey(text, end)) {
        const key = keyText(text, at, end);
        if (keys.has(key)) return { problem: "duplicate_key", at };
        keys.add(key);
      }
      at = end;
      digits = 0;
    } else if (code === 0x7b || code === 0x5b) {
      if (spans !== null && open.length === 1) spans.push(at);
      if (open.push(code === 0x7b ? new Set() : null) > DEEPEST) return { problem: "too_deep", at };
    } else if (code === 0x7d || code === 0x5d) {
      open.pop();
      if (spans !== null && open.length === 1) spans.push(at + 1);
      digits = 0;
    } else if (code >= 0x30 && code <= 0x39) {
      if (++digits > 15) riskyNumber = true;
    } else if (code === 0x65 || code === 0x45) {
      // "true" and "false" hold an e as well; taking the exact path for them costs time only where digits stand before it.
      if (digits > 0) riskyNumber = true;
    } else if (code !== 0x2e) {
      digits = 0;
    }
  }
  return { problem: null, riskyNumber };
}

/** The JSON pointer to what begins at a place of the text. It walks there once more, because only a refusal needs it. */
export function pointerAt(text: string, place: number): string {
  const steps: (string | number)[] = [];
  for (let at = 0; at < place; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      if (typeof steps.at(-1) === "string" && isKey(text, end)) steps[steps.length - 1] = keyText(text, at, end);
      at = end;
    } else if (code === 0x7b) steps.push("");
    else if (code === 0x5b) steps.push(0);
    else if (code === 0x7d || code === 0x5d) steps.pop();
    else if (code === 0x2c) {
      const step = steps.at(-1);
      if (typeof step === "number") steps[steps.length - 1] = step + 1;
    }
  }
  const end = endOfString(text, place);
  if (text.charCodeAt(place) === QUOTE) steps[steps.length - 1] = keyText(text, place, end);
  return pointer(steps);
}

/** Where a string ends: the next quote before which an even number of backslashes stands. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

function isKey(text: string, end: number): boolean {
  for (let at = end + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) continue;
    return code === 0x3a;
  }
  return false;
}

/** The key as the parser will read it: `"\u0061"` and `"a"` are one key. */
function keyText(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  if (!raw.includes("\\")) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}
