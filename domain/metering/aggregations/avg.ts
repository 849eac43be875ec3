import type { Algebra } from "#domain/metering/algebra";
import { roundedQuotient } from "#domain/metering/quotient";
import { add, type Decimal, decimal, decimalText, subtract, ZERO } from "#domain/money/decimal";

type State = { readonly sum: Decimal; readonly count: number };

/** The mean. Sum and count are exact; it is rounded only when read, to twelve places. */
export const avg: Algebra<State> = {
  empty: { sum: ZERO, count: 0 },
  add: ({ sum, count }, { value }) => ({ sum: add(sum, value), count: count + 1 }),
  remove: ({ sum, count }, { value }) => ({ sum: subtract(sum, value), count: count - 1 }),
  merge: (a, b) => ({ sum: add(a.sum, b.sum), count: a.count + b.count }),
  value: ({ sum, count }) => (count === 0 ? null : roundedQuotient(sum, BigInt(count))),
  encode: ({ sum, count }) => `${count} ${decimalText(sum)}`,
  decode: (text) => {
    const [count = "", sum = ""] = text.split(" ");
    return { sum: decimal(sum), count: Number(count) };
  },
};
