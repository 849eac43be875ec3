import type { Algebra } from "#domain/metering/algebra";
import { add, type Decimal, decimal, decimalText, subtract, ZERO } from "#domain/money/decimal";

/** The exact sum of the values: 0.1 added ten times is 1. */
export const sum: Algebra<Decimal> = {
  empty: ZERO,
  add: (total, { value }) => add(total, value),
  remove: (total, { value }) => subtract(total, value),
  merge: add,
  value: (total) => total,
  encode: decimalText,
  decode: decimal,
};
