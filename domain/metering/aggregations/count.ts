import { add, type Decimal, ONE, ZERO } from "#domain/money/decimal";

/** How many events there were. */
export const count = {
  empty: ZERO,
  add: (total: Decimal): Decimal => add(total, ONE),
  merge: add,
  value: (total: Decimal): Decimal => total,
} as const;
