import type { Algebra } from "#domain/metering/algebra";
import { compare, type Decimal, decimal, decimalText, maximum } from "#domain/money/decimal";

type State = { readonly greatest: Decimal | null };

const join = (a: State, b: State): State =>
  a.greatest === null ? b : b.greatest === null ? a : { greatest: maximum(a.greatest, b.greatest) };

/** The greatest value. When it goes, only the samples know which is next. */
export const max: Algebra<State> = {
  empty: { greatest: null },
  add: (state, { value }) => join(state, { greatest: value }),
  remove: (state, { value }) => (state.greatest === null || compare(state.greatest, value) === 0 ? null : state),
  merge: join,
  value: ({ greatest }) => greatest,
  encode: ({ greatest }) => (greatest === null ? "" : decimalText(greatest)),
  decode: (text) => ({ greatest: text === "" ? null : decimal(text) }),
};
