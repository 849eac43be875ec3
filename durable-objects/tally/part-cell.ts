import { assert } from "#domain/assert";
import type { Aggregation } from "#domain/catalog/meter";
import type { Algebra, Reading } from "#domain/metering/algebra";
import { type Filled, innerAlgebras, type InnerState, outerValue } from "#domain/metering/aggregations/bucketed";
import { bucketStart } from "#domain/metering/bucket";
import type { Sample } from "#domain/metering/measurement";
import { type Decimal, ZERO } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";
import type { Zone } from "#domain/time/zone";
import { type Cell, type CellKey, type CellValue, readState, writeState } from "#objects/tally/cell";

type Bucketed = Extract<Aggregation, { type: "bucketed" }>;
export type Part = { readonly samples: number; readonly total: InnerState };

/** A total per bucket of the day, of which one value is made when it is read. */
export class PartCell implements Cell {
  readonly #sql: SqlStorage;
  readonly #key: CellKey;
  readonly #aggregation: Bucketed;
  readonly #zone: Zone;
  readonly #inner: Algebra<InnerState>;
  readonly #newId: () => number;
  /** 0 until the cell is first written. */
  #id: number;
  readonly #changed = new Map<Instant, Part>();

  constructor(sql: SqlStorage, key: CellKey, aggregation: Bucketed, zone: Zone, newId: () => number) {
    this.#sql = sql;
    this.#key = key;
    this.#aggregation = aggregation;
    this.#zone = zone;
    this.#inner = innerAlgebras[aggregation.inner];
    const stored = readState(sql, key);
    this.#newId = newId;
    this.#id = stored === null ? 0 : (JSON.parse(stored) as { id: number }).id;
  }

  add(sample: Sample): void {
    const bucket = bucketStart(sample.at, this.#aggregation.window, this.#zone);
    const { samples, total } = this.#part(bucket);
    this.#changed.set(bucket, { samples: samples + 1, total: this.#inner.add(total, sample) });
  }

  remove(sample: Sample): boolean {
    const bucket = bucketStart(sample.at, this.#aggregation.window, this.#zone);
    const { samples, total } = this.#part(bucket);
    if (samples === 0) return false;
    const left = samples === 1 ? this.#inner.empty : this.#inner.remove(total, sample);
    if (left !== null) this.#changed.set(bucket, { samples: samples - 1, total: left });
    return left !== null;
  }

  value(reading: Reading): CellValue {
    const read = outerValue(this.#aggregation.outer, this.#aggregation.window, this.#zone);
    return { value: read(this.filled(), reading), exact: true };
  }

  /** The value of each bucket that has samples, in time order. */
  filled(): Filled[] {
    return Array.from(this.parts(), ([start, part]) => ({ start, value: this.valueOf(part) }));
  }

  valueOf({ total }: Part): Decimal {
    return this.#inner.value(total, NO_READING) ?? ZERO;
  }

  /** Two parts of one bucket together. */
  joined(a: Part, b: Part): Part {
    const { merge } = this.#inner;
    assert(merge !== null, "buckets are made of totals that can be joined");
    return { samples: a.samples + b.samples, total: merge(a.total, b.total) };
  }

  *parts(): Generator<readonly [Instant, Part]> {
    this.flush();
    for (const { bucket, samples, state } of this.#sql.exec<{ bucket: number; samples: number; state: string }>(
      "SELECT bucket, samples, state FROM part WHERE counter = ? ORDER BY bucket",
      this.#id,
    ))
      yield [bucket, { samples, total: this.#inner.decode(state) }];
  }

  flush(): void {
    if (this.#id === 0 && this.#changed.size > 0) {
      this.#id = this.#newId();
      writeState(this.#sql, this.#key, JSON.stringify({ id: this.#id }));
    }
    for (const [bucket, { samples, total }] of this.#changed) {
      if (samples === 0) this.#sql.exec("DELETE FROM part WHERE counter = ? AND bucket = ?", this.#id, bucket);
      else
        this.#sql.exec(
          "INSERT INTO part (counter, bucket, samples, state) VALUES (?, ?, ?, ?) ON CONFLICT (counter, bucket) DO UPDATE SET samples = excluded.samples, state = excluded.state",
          this.#id,
          bucket,
          samples,
          this.#inner.encode(total),
        );
    }
    this.#changed.clear();
  }

  #part(bucket: Instant): Part {
    const changed = this.#changed.get(bucket);
    if (changed !== undefined) return changed;
    const row = this.#sql
      .exec<{ samples: number; state: string }>("SELECT samples, state FROM part WHERE counter = ? AND bucket = ?", this.#id, bucket)
      .toArray()[0];
    return row === undefined ? { samples: 0, total: this.#inner.empty } : { samples: row.samples, total: this.#inner.decode(row.state) };
  }
}

/** Sums, highs and averages of a bucket do not look at the window they are read for. */
const NO_READING: Reading = { window: { start: 0, end: 0 }, until: 0 };
