import { assert } from "#domain/assert";

/** An exact decimal: `digits / 10^scale`. Canonical, so equal values have equal parts: no trailing zeros after the point. */
export type Decimal = { readonly digits: bigint; readonly scale: number };

export const ZERO: Decimal = { digits: 0n, scale: 0 };
export const ONE: Decimal = { digits: 1n, scale: 0 };

/** How long a decimal may be that enters the platform; whole digits count as significant ones, zeros at the end included. */
export type DecimalLimits = { readonly fraction: number; readonly significant: number };

/** Of prices, rates and quantities (DESIGN 5). */
const RATE_LIMITS: DecimalLimits = { fraction: 12, significant: 38 };

export type DecimalProblem = "invalid_decimal" | "too_precise" | "out_of_range";

const PLAIN = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/;
/** JSON number syntax (RFC 8259, section 6), which allows an exponent. */
const JSON_NUMBER = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/;

/** Reads a plain decimal string such as `-12.50`. Refuses exponents, signs other than `-`, spaces, separators and leading zeros. */
export function parseDecimal(text: string, limits: DecimalLimits = RATE_LIMITS): Decimal | DecimalProblem {
  const match = text.length <= 64 ? PLAIN.exec(text) : null;
  if (!match) return text.length > 64 && /^-?\d+(\.\d+)?$/.test(text.slice(0, 512)) ? "out_of_range" : "invalid_decimal";
  return bounded(match[1] === "-", match[2] ?? "", match[3] ?? "", 0, limits);
}

/** Reads the source text of a JSON number, exactly: `1e3` is 1000 and `9007199254740993` keeps its last digit. */
export function parseJsonNumber(text: string, limits: DecimalLimits = RATE_LIMITS): Decimal | DecimalProblem {
  const match = text.length <= 400 ? JSON_NUMBER.exec(text) : null;
  if (!match) return "out_of_range";
  return bounded(match[1] === "-", match[2] ?? "", match[3] ?? "", Number(match[4] ?? "0"), limits);
}

function bounded(negative: boolean, whole: string, fraction: string, exponent: number, limits: DecimalLimits): Decimal | DecimalProblem {
  const all = `${whole}${fraction}`.replace(/^0+/, "");
  if (all === "") return ZERO;
  const significant = all.replace(/0+$/, "");
  const scale = fraction.length - exponent - (all.length - significant.length);
  if (significant.length > limits.significant || significant.length - scale > limits.significant) return "out_of_range";
  if (scale > limits.fraction) return "too_precise";
  const digits = BigInt(significant) * 10n ** BigInt(Math.max(0, -scale));
  return canonical(negative ? -digits : digits, Math.max(0, scale));
}

/** A literal decimal in code, a stored column or a validated string. A malformed one is a bug. */
export function decimal(text: string): Decimal {
  const match = PLAIN.exec(text);
  assert(match !== null, `not a decimal: ${text}`);
  const [, sign, whole = "", fraction = ""] = match;
  const digits = BigInt(whole + fraction);
  return canonical(sign === "-" ? -digits : digits, fraction.length);
}

export function fromInteger(value: bigint): Decimal {
  return { digits: value, scale: 0 };
}

/** `digits / 10^scale`, whatever zeros it ends with. */
export function scaled(digits: bigint, scale: number): Decimal {
  return canonical(digits, scale);
}

/** The canonical text: no exponent, no trailing zeros, no negative zero. The only form stored or sent. */
export function decimalText(value: Decimal): string {
  const sign = value.digits < 0n ? "-" : "";
  const text = abs(value.digits).toString();
  if (value.scale === 0) return sign + text;
  const padded = text.padStart(value.scale + 1, "0");
  return `${sign}${padded.slice(0, -value.scale)}.${padded.slice(-value.scale)}`;
}

export function add(a: Decimal, b: Decimal): Decimal {
  if (a.scale === b.scale) return canonical(a.digits + b.digits, a.scale);
  const scale = Math.max(a.scale, b.scale);
  return canonical(atScale(a, scale) + atScale(b, scale), scale);
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, negate(b));
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return canonical(a.digits * b.digits, a.scale + b.scale);
}

export function negate(a: Decimal): Decimal {
  return { digits: -a.digits, scale: a.scale };
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compare(a: Decimal, b: Decimal): number {
  if (a.scale === b.scale) return a.digits < b.digits ? -1 : a.digits > b.digits ? 1 : 0;
  const scale = Math.max(a.scale, b.scale);
  const difference = atScale(a, scale) - atScale(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function minimum(a: Decimal, b: Decimal): Decimal {
  return compare(a, b) <= 0 ? a : b;
}

export function maximum(a: Decimal, b: Decimal): Decimal {
  return compare(a, b) >= 0 ? a : b;
}

export function isZero(a: Decimal): boolean {
  return a.digits === 0n;
}

export function isNegative(a: Decimal): boolean {
  return a.digits < 0n;
}

/** The smallest whole number of `size` that covers `value`: how many packages have been started. `size` must be positive. */
export function divideUp(value: Decimal, size: Decimal): bigint {
  assert(size.digits > 0n, `divideUp needs a positive size, got ${decimalText(size)}`);
  const scale = Math.max(value.scale, size.scale);
  const numerator = atScale(value, scale);
  const denominator = atScale(size, scale);
  const quotient = numerator / denominator;
  return numerator > quotient * denominator ? quotient + 1n : quotient;
}

/** `value × 10^scale` as an integer. The scale may not be smaller than the value's own. */
export function atScale(value: Decimal, scale: number): bigint {
  assert(scale >= value.scale, `scale ${scale} would lose digits of ${value.digits}e-${value.scale}`);
  return value.digits * 10n ** BigInt(scale - value.scale);
}

function canonical(digits: bigint, scale: number): Decimal {
  if (digits === 0n) return ZERO;
  while (scale > 0 && digits % 10n === 0n) {
    digits /= 10n;
    scale -= 1;
  }
  return { digits, scale };
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}
