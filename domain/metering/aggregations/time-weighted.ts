import type { Aggregation } from "#domain/catalog/meter";
import type { Algebra, Reading } from "#domain/metering/algebra";
import { decodeMultiset, encodeMultiset, type Keys, type Multiset, union, withOne, withoutOne } from "#domain/metering/multiset";
import { decodePoint, encodePoint, orderOfPoints, type Point } from "#domain/metering/point";
import { quotient } from "#domain/metering/quotient";
import { entries } from "#domain/metering/sorted-map";
import { add, type Decimal, fromInteger, multiply, ZERO } from "#domain/money/decimal";
import type { Period } from "#domain/time/period";

export type LevelUnit = Extract<Aggregation, { type: "time_weighted" }>["unit"];
type State = { readonly points: Multiset<Point> };

const POINTS: Keys<Point> = { order: orderOfPoints, encode: encodePoint, decode: decodePoint };
const UNIT_MS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Level × milliseconds, exactly. */
export const levelTime: Algebra<State> = {
  empty: { points: null },
  add: ({ points }, { at, order, value }) => ({ points: withOne(points, { at, order, value }, POINTS) }),
  remove: ({ points }, { at, order, value }) => {
    const rest = withoutOne(points, { at, order, value }, POINTS);
    return rest && { points: rest.left };
  },
  merge: (a, b) => ({ points: union(a.points, b.points, POINTS) }),
  value: ({ points }, reading) => integral(points, reading),
  encode: ({ points }) => encodeMultiset(points, POINTS),
  decode: (text) => ({ points: decodeMultiset(text, POINTS) }),
};

/**
 * Level × time. A sample sets the level from its instant on, until the next one however late that comes; before the first
 * it is zero. A window needs the samples within it and the last one before it. Each group has its own level.
 */
export function timeWeighted(unit: LevelUnit): Algebra<State> {
  return { ...levelTime, value: ({ points }, reading) => weightedValue(unit, integral(points, reading), reading.window) };
}

/** Level × milliseconds in the unit of the meter. Sums of groups are divided once, so that nothing is rounded twice. */
export function weightedValue(unit: LevelUnit, area: Decimal, window: Period): Decimal {
  return quotient(area, BigInt(unit === "window" ? window.end - window.start : UNIT_MS[unit]));
}

/** Σ level × milliseconds in [window.start, until), exactly. */
function integral(points: Multiset<Point>, { window, until }: Reading): Decimal {
  const end = Math.min(until, window.end);
  let [area, level, since] = [ZERO, ZERO, window.start];
  for (const [point] of entries(points)) {
    if (point.at >= end) break;
    if (point.at > since) {
      area = add(area, levelFor(level, point.at - since));
      since = point.at;
    }
    level = point.value;
  }
  return end > since ? add(area, levelFor(level, end - since)) : area;
}

function levelFor(level: Decimal, milliseconds: number): Decimal {
  return multiply(level, fromInteger(BigInt(milliseconds)));
}
