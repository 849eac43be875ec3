import { type Decimal, scaled } from "#domain/money/decimal";
import { divideRounded } from "#domain/money/rounding";

/** Places after the point of a value that had to be rounded when it was read. */
const READ_PLACES = 12;

/** `dividend / divisor` to twelve places, half away from zero. The divisor is positive. */
export function roundedQuotient({ digits, scale }: Decimal, divisor: bigint): Decimal {
  return scaled(divideRounded(digits * 10n ** BigInt(READ_PLACES), divisor * 10n ** BigInt(scale)), READ_PLACES);
}

/** `dividend / divisor`, exactly where that ends, else to twelve places. The divisor is positive. */
export function quotient({ digits, scale }: Decimal, divisor: bigint): Decimal {
  let [rest, places] = [divisor, 0];
  for (; rest % 10n === 0n; places += 1) rest /= 10n;
  for (; rest % 2n === 0n; places += 1) rest /= 2n;
  for (; rest % 5n === 0n; places += 1) rest /= 5n;
  if (digits % rest !== 0n) return roundedQuotient({ digits, scale }, divisor);
  return scaled((digits * 10n ** BigInt(places)) / divisor, scale + places);
}
