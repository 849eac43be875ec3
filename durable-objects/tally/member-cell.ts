import type { Reading } from "#domain/metering/algebra";
import type { Sample } from "#domain/metering/measurement";
import { nearestRank } from "#domain/metering/percentile";
import { type Decimal, decimal, fromInteger } from "#domain/money/decimal";
import { type Cell, type CellKey, type CellValue, readState, writeState } from "#objects/tally/cell";
import { sortableText, unsortedText } from "#objects/tally/sortable-text";

/** Distinct values a cell keeps; past it the cell says that it is not exact any more. */
export const MOST_DISTINCT = 250_000;

/** `id` is 0 until the cell is first written. */
type State = { id: number; distinct: number; times: number; exact: boolean };

/** What is told apart: `null` for unique_count, the percentile (a decimal text) for percentile. */
export type MemberKind = { readonly percentile: string | null };

/** A multiset of values in a table of its own: exact for unique_count and percentile, and values can be taken out again. */
export class MemberCell implements Cell {
  readonly #sql: SqlStorage;
  readonly #key: CellKey;
  readonly #kind: MemberKind;
  readonly #most: number;
  readonly #newId: () => number;
  readonly #pending = new Map<string, number>();
  readonly #state: State;

  constructor(sql: SqlStorage, key: CellKey, kind: MemberKind, newId: () => number, most: number) {
    this.#sql = sql;
    this.#key = key;
    this.#kind = kind;
    this.#most = most;
    this.#newId = newId;
    const stored = readState(sql, key);
    this.#state = stored === null ? { id: 0, distinct: 0, times: 0, exact: true } : (JSON.parse(stored) as State);
  }

  add(sample: Sample): void {
    this.#note(sample, 1);
  }

  remove(sample: Sample): boolean {
    if (!this.#state.exact) return false;
    this.#note(sample, -1);
    return true;
  }

  value(_reading: Reading): CellValue {
    this.flush();
    const { distinct, exact } = this.#state;
    if (this.#kind.percentile === null) return { value: fromInteger(BigInt(distinct)), exact };
    return { value: this.#ranked(this.#kind.percentile), exact };
  }

  flush(): void {
    if (this.#pending.size === 0) return;
    if (this.#state.id === 0) this.#state.id = this.#newId();
    for (const [value, change] of this.#pending) this.#write(value, change);
    this.#pending.clear();
    writeState(this.#sql, this.#key, JSON.stringify(this.#state));
  }

  /** Every value with how often it stands here; for joining cells. */
  *members(): Generator<{ value: string; times: number }> {
    this.flush();
    yield* this.#sql.exec<{ value: string; times: number }>(
      "SELECT value, times FROM member WHERE counter = ? ORDER BY value",
      this.#state.id,
    );
  }

  #note(sample: Sample, change: number): void {
    const value = this.#kind.percentile === null ? sample.text : sortableText(sample.value);
    this.#pending.set(value, (this.#pending.get(value) ?? 0) + change);
  }

  #write(value: string, change: number): void {
    const state = this.#state;
    if (change === 0) return;
    const known = this.#sql
      .exec<{ times: number }>("SELECT times FROM member WHERE counter = ? AND value = ?", state.id, value)
      .toArray()[0];
    if (known === undefined && state.distinct >= this.#most) {
      state.exact = false;
      return;
    }
    const times = (known?.times ?? 0) + change;
    if (times <= 0) this.#sql.exec("DELETE FROM member WHERE counter = ? AND value = ?", state.id, value);
    else
      this.#sql.exec(
        "INSERT INTO member (counter, value, times) VALUES (?, ?, ?) ON CONFLICT (counter, value) DO UPDATE SET times = excluded.times",
        state.id,
        value,
        times,
      );
    state.distinct += Number(times > 0) - Number(known !== undefined);
    state.times += change;
  }

  #ranked(percentile: string): Decimal | null {
    return rankedValue(this.members(), this.#state.times, percentile);
  }
}

/** The nearest-rank percentile of sorted values. */
export function rankedValue(members: Iterable<{ value: string; times: number }>, times: number, percentile: string): Decimal | null {
  if (times === 0) return null;
  let left = nearestRank(decimal(percentile), BigInt(times));
  for (const member of members) {
    left -= BigInt(member.times);
    if (left <= 0n) return decimal(unsortedText(member.value));
  }
  throw new Error(`${times} values were counted, ${left} are missing`);
}
