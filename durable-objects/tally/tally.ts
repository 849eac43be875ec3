import { assert } from "#domain/assert";
import { type Aggregation, aggregationOf, type Meter } from "#domain/catalog/meter";
import type { Algebra } from "#domain/metering/algebra";
import { algebraOf, readingOf } from "#domain/metering/algebra-of";
import { weightedValue } from "#domain/metering/aggregations/time-weighted";
import { UNGROUPED } from "#domain/metering/group";
import type { Group, Sample } from "#domain/metering/measurement";
import { add, type Decimal, ZERO } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";
import { UTC } from "#domain/time/zone";
import { usageScope } from "#objects/tally/scopes";
import type { Cell, CellKey, CellValue, Place } from "#objects/tally/cell";
import { LevelCell } from "#objects/tally/level-cell";
import { Levels } from "#objects/tally/levels";
import { MemberCell } from "#objects/tally/member-cell";
import { MeterGroups } from "#objects/tally/meter-groups";
import { PartCell } from "#objects/tally/part-cell";
import { ScalarCell } from "#objects/tally/scalar-cell";

const CELLS_KEPT = 5_000;

/** Kinds whose total is one short text, so that it can be kept for every quarter hour and joined. */
const SCALAR: ReadonlySet<Aggregation["type"]> = new Set(["count", "sum", "min", "max", "avg", "latest"]);

export function isScalar(meter: Meter): boolean {
  return SCALAR.has(aggregationOf(meter).type);
}

/** The algebra of a scalar meter; zones matter to none of them. */
export function scalarAlgebra(meter: Meter): Algebra<unknown> {
  return algebraOf(aggregationOf(meter), UTC) as Algebra<unknown>;
}

/** All totals of a ledger, by meter, place and group. What one call adds is written once, by `flush`. */
export class Tally {
  readonly sql: SqlStorage;
  readonly levels: Levels;
  readonly groups: MeterGroups;
  /** Of values that are told apart a total keeps so many; past them it says that it is not exact. */
  readonly mostDistinct: number;
  readonly #newId: () => number;
  readonly #cells = new Map<string, Cell>();
  readonly #dirty = new Set<Cell>();

  constructor(sql: SqlStorage, newId: () => number, mostDistinct: number) {
    this.sql = sql;
    this.levels = new Levels(sql);
    this.groups = new MeterGroups(sql);
    this.#newId = newId;
    this.mostDistinct = mostDistinct;
  }

  /** The cells an event of a group adds to at these places. They are written by the next flush. */
  cellsFor(meter: Meter, places: readonly Place[], group: Group): Cell[] {
    const own = group === UNGROUPED || aggregationOf(meter).type === "time_weighted" ? [group] : [UNGROUPED, group];
    const cells = places.flatMap((place) => own.map((one) => this.#cell(meter, place, one)));
    for (const cell of cells) this.#dirty.add(cell);
    return cells;
  }

  add(meter: Meter, cells: readonly Cell[], group: Group, sample: Sample): void {
    for (const cell of cells) cell.add(sample);
    if (aggregationOf(meter).type === "time_weighted") this.levels.insert(meter.key, group, sample);
  }

  /** The total of a place, of one group or (null) of all. */
  read(meter: Meter, place: Place, group: Group | null, until: Instant): CellValue {
    const reading = readingOf(meter, { window: place.window, until: Math.min(until, place.window.end) });
    const aggregation = aggregationOf(meter);
    if (aggregation.type !== "time_weighted") return this.#cell(meter, place, group ?? UNGROUPED).value(reading);
    // A window that never ends is averaged over what there was of it.
    const window = Number.isFinite(place.window.end) ? place.window : { start: place.window.start, end: reading.until };
    const area = this.area(meter, place, group, { until: reading.until, carries: true });
    return { value: window.start < window.end ? weightedValue(aggregation.unit, area, window) : ZERO, exact: true };
  }

  /** Level × milliseconds of a place, of one group or (null) of all: exact, and summed before any unit divides. */
  area(
    meter: Meter,
    place: Place,
    group: Group | null,
    { until, carries }: { readonly until: Instant; readonly carries: boolean },
  ): Decimal {
    const reading = readingOf(meter, { window: place.window, until: Math.min(until, place.window.end) });
    const groups = group === null ? this.groups.of(meter.key) : [group];
    return groups.reduce<Decimal>((sum, one) => {
      const cell = this.#cell(meter, place, one);
      return cell instanceof LevelCell ? add(sum, cell.integral(reading.until, carries)) : sum;
    }, ZERO);
  }

  /** The state of a scalar total, for joining several places. */
  stateOf(meter: Meter, place: Place, group: Group): unknown {
    const cell = this.#cell(meter, place, group);
    assert(cell instanceof ScalarCell, `meter ${meter.key} has no scalar total`);
    return cell.state;
  }

  /** Starts of the usage windows of a subscription that hold a total of a meter, from an instant on. */
  windowsOf(subscription: string, meter: string, from: Instant): Instant[] {
    this.flush();
    return this.sql
      .exec<{ start: number }>(
        "SELECT DISTINCT start FROM counter WHERE scope = ? AND meter = ? AND start >= ? ORDER BY start",
        usageScope(subscription),
        meter,
        Math.max(from, -Number.MAX_SAFE_INTEGER),
      )
      .toArray()
      .map(({ start }) => start);
  }

  /** The cell of a set-like meter, for joining several places. */
  cell(meter: Meter, place: Place, group: Group): Cell {
    return this.#cell(meter, place, group);
  }

  flush(): void {
    for (const cell of this.#dirty) cell.flush();
    this.#dirty.clear();
    this.groups.flush();
    if (this.#cells.size > CELLS_KEPT) this.#cells.clear();
  }

  get dirty(): number {
    return this.#dirty.size;
  }

  /** Deletes the totals of a meter whose windows start at or after an instant, and its levels from there on. */
  deleteFrom(meter: Meter, from: Instant): void {
    const { type } = aggregationOf(meter);
    if (!SCALAR.has(type) && type !== "time_weighted") {
      const [table] = type === "bucketed" ? ["part"] : ["member"];
      for (const { state } of this.sql
        .exec<{ state: string }>("SELECT state FROM counter WHERE meter = ? AND start >= ?", meter.key, from)
        .toArray())
        this.sql.exec(`DELETE FROM ${table} WHERE counter = ?`, (JSON.parse(state) as { id: number }).id);
    }
    this.sql.exec("DELETE FROM counter WHERE meter = ? AND start >= ?", meter.key, from);
    if (type === "time_weighted") this.levels.deleteFrom(meter.key, from);
  }

  forget(): void {
    this.#cells.clear();
    this.#dirty.clear();
    this.groups.forget();
  }

  #cell(meter: Meter, place: Place, group: Group): Cell {
    const name = `${place.scope}\n${meter.key}\n${place.window.start}\n${group}`;
    const known = this.#cells.get(name);
    if (known !== undefined) return known;
    const cell = this.#newCell(meter, place, { scope: place.scope, meter: meter.key, start: place.window.start, group });
    this.#cells.set(name, cell);
    return cell;
  }

  #newCell(meter: Meter, place: Place, key: CellKey): Cell {
    const aggregation = aggregationOf(meter);
    switch (aggregation.type) {
      case "unique_count":
        return new MemberCell(this.sql, key, { percentile: null }, this.#newId, this.mostDistinct);
      case "percentile":
        return new MemberCell(this.sql, key, { percentile: aggregation.percentile }, this.#newId, this.mostDistinct);
      case "bucketed":
        return new PartCell(this.sql, key, aggregation, place.zone, this.#newId);
      case "time_weighted":
        return new LevelCell(this.sql, key, place.window, this.levels);
      default:
        return new ScalarCell(this.sql, key, scalarAlgebra(meter));
    }
  }
}
