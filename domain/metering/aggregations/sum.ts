import { add, type Decimal, ZERO } from "#domain/money/decimal";

/** The exact sum of one property: 0.1 added ten times is 1. */
export const sum = {
  empty: ZERO,
  add: (total: Decimal, value: Decimal): Decimal => add(total, value),
  merge: add,
  value: (total: Decimal): Decimal => total,
} as const;
