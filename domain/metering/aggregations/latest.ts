import type { Algebra } from "#domain/metering/algebra";
import { decodePoint, encodePoint, orderOfPoints, type Point } from "#domain/metering/point";

type State = { readonly latest: Point | null };

const join = (a: State, b: State): State => {
  if (a.latest === null) return b;
  return b.latest === null || orderOfPoints(a.latest, b.latest) >= 0 ? a : b;
};

/** The value at the latest instant; of several at that instant the one that arrived last. */
export const latest: Algebra<State> = {
  empty: { latest: null },
  add: (state, { at, order, value }) => join(state, { latest: { at, order, value } }),
  remove: (state, sample) => (state.latest === null || orderOfPoints(state.latest, sample) === 0 ? null : state),
  merge: join,
  value: ({ latest }) => latest?.value ?? null,
  encode: ({ latest }) => (latest === null ? "" : encodePoint(latest)),
  decode: (text) => ({ latest: text === "" ? null : decodePoint(text) }),
};
