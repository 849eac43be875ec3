import type { Algebra } from "#domain/metering/algebra";
import { compare, type Decimal, decimal, decimalText, minimum } from "#domain/money/decimal";

type State = { readonly least: Decimal | null };

const join = (a: State, b: State): State => (a.least === null ? b : b.least === null ? a : { least: minimum(a.least, b.least) });

/** The least value. When it goes, only the samples know which is next. */
export const min: Algebra<State> = {
  empty: { least: null },
  add: (state, { value }) => join(state, { least: value }),
  remove: (state, { value }) => (state.least === null || compare(state.least, value) === 0 ? null : state),
  merge: join,
  value: ({ least }) => least,
  encode: ({ least }) => (least === null ? "" : decimalText(least)),
  decode: (text) => ({ least: text === "" ? null : decimal(text) }),
};
