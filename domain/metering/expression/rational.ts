import { assert } from "#domain/assert";
import { USAGE_LIMITS } from "#domain/metering/property";
import type { Decimal } from "#domain/money/decimal";

/** An exact fraction in lowest terms; the denominator is positive. */
export type Rational = { readonly numerator: bigint; readonly denominator: bigint };

const UNITS = Array.from({ length: USAGE_LIMITS.fraction + 1 }, (_, scale) => 10n ** BigInt(scale));

export function rational(numerator: bigint, denominator: bigint): Rational {
  assert(denominator !== 0n, `${numerator} / 0`);
  if (denominator === 1n) return { numerator, denominator };
  // Lowest terms keep long chains of operations short.
  const divisor = greatestCommonDivisor(numerator, denominator) * (denominator < 0n ? -1n : 1n);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

export function fromDecimal({ digits, scale }: Decimal): Rational {
  return scale === 0 ? { numerator: digits, denominator: 1n } : rational(digits, 10n ** BigInt(scale));
}

/** The decimal it is, or null where it does not end within 18 places. */
export function toDecimal({ numerator, denominator }: Rational): Decimal | null {
  const scale = UNITS.findIndex((unit) => unit % denominator === 0n);
  // In lowest terms, over the least power of ten that will do: such digits never end with a zero.
  return scale < 0 ? null : { digits: numerator * ((UNITS[scale] ?? 1n) / denominator), scale };
}

export function plus(a: Rational, b: Rational): Rational {
  if (a.denominator === b.denominator) return rational(a.numerator + b.numerator, a.denominator);
  return rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function times(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** `b` may not be zero. */
export function over(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator, a.denominator * b.numerator);
}

export function negated(a: Rational): Rational {
  return { numerator: -a.numerator, denominator: a.denominator };
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function order(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The greatest whole number that is not greater. */
export function floor({ numerator, denominator }: Rational): bigint {
  const quotient = numerator / denominator;
  return numerator < quotient * denominator ? quotient - 1n : quotient;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
