import { assert } from "#domain/assert";
import type { Reading } from "#domain/metering/algebra";
import type { Sample } from "#domain/metering/measurement";
import { add, type Decimal, decimal, decimalText, fromInteger, multiply, subtract, ZERO } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import { type Cell, type CellKey, type CellValue, readState, writeState } from "#objects/tally/cell";
import type { Levels } from "#objects/tally/levels";

/**
 * From the first point of the window on, level × time up to an instant t at or after the last one is `base + slope·t`. So a
 * read costs the same however many points there were; what the level was before the first point is looked up.
 */
type Line = { readonly first: Instant; readonly last: Instant; readonly base: Decimal; readonly slope: Decimal };

/** Level × milliseconds of one group in one window. */
export class LevelCell implements Cell {
  readonly #sql: SqlStorage;
  readonly #key: CellKey;
  readonly #window: Period;
  readonly #levels: Levels;
  #line: Line | null;

  constructor(sql: SqlStorage, key: CellKey, window: Period, levels: Levels) {
    this.#sql = sql;
    this.#key = key;
    this.#window = window;
    this.#levels = levels;
    const stored = readState(sql, key);
    this.#line = stored === null ? null : decoded(stored);
  }

  /** The sample's point is in `levels` already, or is put there in the same call: its neighbours decide what it changes. */
  add({ at, order, value }: Sample): void {
    const { meter, group } = this.#key;
    const before = this.#levels.before(meter, group, at, order);
    const after = this.#levels.after(meter, group, at, order);
    const previous = before !== null && before.at >= this.#window.start ? before.level : null;
    const next = after !== null && after.at < this.#window.end ? after.at : null;
    const line = this.#line;
    if (line === null) {
      this.#line = { first: at, last: at, base: times(value, -at), slope: value };
      return;
    }
    const change = subtract(value, previous ?? ZERO);
    this.#line = {
      first: Math.min(line.first, at),
      last: Math.max(line.last, at),
      base: add(line.base, next === null ? times(change, -at) : times(change, next - at)),
      slope: next === null ? add(line.slope, change) : line.slope,
    };
  }

  remove(): boolean {
    return false;
  }

  value(_reading: Reading): CellValue {
    assert(false, "a level is read by its integral: groups are summed before the unit divides");
  }

  /** Level × milliseconds from the window's start to `until`, exactly. `carries`: the level before the window goes on in it. */
  integral(until: Instant, carries: boolean): Decimal {
    const { meter, group } = this.#key;
    const { start } = this.#window;
    if (until <= start) return ZERO;
    const opening = (carries ? this.#levels.before(meter, group, start)?.level : null) ?? ZERO;
    const line = this.#line;
    if (line === null || until <= line.first) return times(opening, until - start);
    const head = times(opening, line.first - start);
    if (until >= line.last) return add(head, add(line.base, times(line.slope, until)));
    return add(head, this.#walked(line.first, until));
  }

  flush(): void {
    if (this.#line === null) return;
    const { first, last, base, slope } = this.#line;
    writeState(this.#sql, this.#key, JSON.stringify([first, last, decimalText(base), decimalText(slope)]));
  }

  /** A sender's clock may be an hour ahead, so the last point may lie after `until`; then the points are walked. */
  #walked(from: Instant, until: Instant): Decimal {
    let sum = ZERO;
    let [level, since] = [ZERO, from];
    for (const point of this.#levels.between(this.#key.meter, this.#key.group, from, until)) {
      sum = add(sum, times(level, point.at - since));
      [level, since] = [point.level, point.at];
    }
    return add(sum, times(level, until - since));
  }
}

function times(level: Decimal, milliseconds: number): Decimal {
  return multiply(level, fromInteger(BigInt(milliseconds)));
}

function decoded(stored: string): Line {
  const [first, last, base, slope] = JSON.parse(stored) as [number, number, string, string];
  return { first, last, base: decimal(base), slope: decimal(slope) };
}
