import type { Algebra, Reading } from "#domain/metering/algebra";
import type { Sample } from "#domain/metering/measurement";
import { type Cell, type CellKey, type CellValue, readState, writeState } from "#objects/tally/cell";

/** A total that fits one short text: count, sum, min, max, avg, latest. */
export class ScalarCell<State> implements Cell {
  readonly #sql: SqlStorage;
  readonly #key: CellKey;
  readonly #algebra: Algebra<State>;
  #state: State;

  constructor(sql: SqlStorage, key: CellKey, algebra: Algebra<State>) {
    this.#sql = sql;
    this.#key = key;
    this.#algebra = algebra;
    const stored = readState(sql, key);
    this.#state = stored === null ? algebra.empty : algebra.decode(stored);
  }

  get state(): State {
    return this.#state;
  }

  add(sample: Sample): void {
    this.#state = this.#algebra.add(this.#state, sample);
  }

  remove(sample: Sample): boolean {
    const left = this.#algebra.remove(this.#state, sample);
    if (left !== null) this.#state = left;
    return left !== null;
  }

  value(reading: Reading): CellValue {
    return { value: this.#algebra.value(this.#state, reading), exact: true };
  }

  flush(): void {
    writeState(this.#sql, this.#key, this.#algebra.encode(this.#state));
  }
}
