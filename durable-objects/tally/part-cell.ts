import type { Aggregation } from "#domain/catalog/meter";
import type { Algebra, Reading } from "#domain/metering/algebra";
import { bucketedValue, innerAlgebra } from "#domain/metering/aggregations/bucketed";
import { bucketStart } from "#domain/metering/bucket";
import type { Sample } from "#domain/metering/measurement";
import type { Instant } from "#domain/time/instant";
import type { Zone } from "#domain/time/zone";
import { type Cell, type CellKey, type CellValue, readState, writeState } from "#objects/tally/cell";

type Bucketed = Extract<Aggregation, { type: "bucketed" }>;

/** A total per bucket of the day, of which one value is made when it is read. */
export class PartCell implements Cell {
  readonly #sql: SqlStorage;
  readonly #key: CellKey;
  readonly #aggregation: Bucketed;
  readonly #zone: Zone;
  readonly #inner: Algebra<unknown>;
  readonly #id: number;
  readonly #changed = new Map<Instant, unknown>();
  #isNew: boolean;

  constructor(sql: SqlStorage, key: CellKey, aggregation: Bucketed, zone: Zone, newId: () => number) {
    this.#sql = sql;
    this.#key = key;
    this.#aggregation = aggregation;
    this.#zone = zone;
    this.#inner = innerAlgebra(aggregation);
    const stored = readState(sql, key);
    this.#isNew = stored === null;
    this.#id = stored === null ? newId() : (JSON.parse(stored) as { id: number }).id;
  }

  add(sample: Sample): void {
    const bucket = bucketStart(sample.at, this.#aggregation.window, this.#zone);
    this.#changed.set(bucket, this.#inner.add(this.#stateOf(bucket), sample));
  }

  remove(sample: Sample): boolean {
    const bucket = bucketStart(sample.at, this.#aggregation.window, this.#zone);
    // A bucket that has lost its last sample must look as if it never had one, which a sum alone cannot tell.
    const left = this.#aggregation.inner === "avg" ? this.#inner.remove(this.#stateOf(bucket), sample) : null;
    if (left !== null) this.#changed.set(bucket, left);
    return left !== null;
  }

  value(reading: Reading): CellValue {
    this.flush();
    return { value: bucketedValue(this.#aggregation, this.#zone, this.parts(), reading), exact: true };
  }

  /** The state of each bucket that has one, in time order. */
  *parts(): Generator<readonly [Instant, unknown]> {
    this.flush();
    for (const { bucket, state } of this.#sql.exec<{ bucket: number; state: string }>(
      "SELECT bucket, state FROM part WHERE counter = ? ORDER BY bucket",
      this.#id,
    ))
      yield [bucket, this.#inner.decode(state)];
  }

  flush(): void {
    for (const [bucket, state] of this.#changed) {
      this.#sql.exec(
        "INSERT INTO part (counter, bucket, state) VALUES (?, ?, ?) ON CONFLICT (counter, bucket) DO UPDATE SET state = excluded.state",
        this.#id,
        bucket,
        this.#inner.encode(state),
      );
    }
    this.#changed.clear();
    if (this.#isNew) writeState(this.#sql, this.#key, JSON.stringify({ id: this.#id }));
    this.#isNew = false;
  }

  #stateOf(bucket: Instant): unknown {
    const changed = this.#changed.get(bucket);
    if (changed !== undefined) return changed;
    const row = this.#sql.exec<{ state: string }>("SELECT state FROM part WHERE counter = ? AND bucket = ?", this.#id, bucket).toArray()[0];
    return row === undefined ? this.#inner.empty : this.#inner.decode(row.state);
  }
}
