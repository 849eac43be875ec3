import type { Algebra } from "#domain/metering/algebra";
import { add, type Decimal, decimal, decimalText, ONE, subtract, ZERO } from "#domain/money/decimal";

/** How many events there were. */
export const count: Algebra<Decimal> = {
  empty: ZERO,
  add: (total) => add(total, ONE),
  remove: (total) => subtract(total, ONE),
  merge: add,
  value: (total) => total,
  encode: decimalText,
  decode: decimal,
};
