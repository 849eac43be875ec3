import type { Group, Sample } from "#domain/metering/measurement";
import { type Decimal, decimal, decimalText } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";

/** From `at` until the next point the level is this; `place` orders points of one instant by arrival. */
export type Point = { readonly at: Instant; readonly place: number; readonly level: Decimal };

type StoredPoint = { at: number; place: number; level: string };

/**
 * The levels of time-weighted meters, by meter and group. They belong to no window: a level holds until the next one, over
 * the ends of periods and over years of silence, and they outlive the raw events.
 */
export class Levels {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  insert(meter: string, group: Group, { at, order, value }: Sample): void {
    this.#sql.exec(
      "INSERT INTO point (meter, grp, at, place, level) VALUES (?, ?, ?, ?, ?) ON CONFLICT (meter, grp, at, place) DO UPDATE SET level = excluded.level",
      meter,
      group,
      at,
      order,
      decimalText(value),
    );
  }

  /** The last point before (at, place). */
  before(meter: string, group: Group, at: Instant, place = -1): Point | null {
    return this.#one(
      "SELECT at, place, level FROM point WHERE meter = ? AND grp = ? AND (at, place) < (?, ?) ORDER BY at DESC, place DESC LIMIT 1",
      meter,
      group,
      at,
      place,
    );
  }

  /** The first point after (at, place). */
  after(meter: string, group: Group, at: Instant, place: number): Point | null {
    return this.#one(
      "SELECT at, place, level FROM point WHERE meter = ? AND grp = ? AND (at, place) > (?, ?) ORDER BY at, place LIMIT 1",
      meter,
      group,
      at,
      place,
    );
  }

  /** The points of [from, to), in order. */
  *between(meter: string, group: Group, from: Instant, to: Instant): Generator<Point> {
    for (const row of this.#sql.exec<StoredPoint>(
      "SELECT at, place, level FROM point WHERE meter = ? AND grp = ? AND at >= ? AND at < ? ORDER BY at, place",
      meter,
      group,
      from,
      to,
    ))
      yield { at: row.at, place: row.place, level: decimal(row.level) };
  }

  deleteFrom(meter: string, from: Instant): void {
    this.#sql.exec("DELETE FROM point WHERE meter = ? AND at >= ?", meter, from);
  }

  #one(query: string, meter: string, group: Group, at: Instant, place: number): Point | null {
    const row = this.#sql.exec<StoredPoint>(query, meter, group, at, Math.min(place, Number.MAX_SAFE_INTEGER)).toArray()[0];
    return row === undefined ? null : { at: row.at, place: row.place, level: decimal(row.level) };
  }
}
