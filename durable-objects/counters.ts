import { add, type Decimal, decimal, decimalText, ZERO } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";

export type CounterKey = { readonly scope: string; readonly meter: string; readonly start: Instant };

const CACHE_LIMIT = 5_000;

/**
 * Exact totals by (scope, meter, start). SQLite keeps them as decimal text; a cache spares the reads. `flush` writes what
 * one call added, each counter once. A caller whose transaction fails must `forget`.
 */
export class Counters {
  readonly #known = new Map<string, Decimal>();
  readonly #changed = new Map<string, { key: CounterKey; value: Decimal }>();

  readonly sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.sql = sql;
  }

  add(key: CounterKey, value: Decimal): void {
    const name = nameOf(key);
    this.#changed.set(name, { key, value: add(this.#changed.get(name)?.value ?? this.read(key), value) });
  }

  read(key: CounterKey): Decimal {
    const name = nameOf(key);
    const known = this.#changed.get(name)?.value ?? this.#known.get(name);
    if (known !== undefined) return known;
    const row = this.sql
      .exec<{ value: string }>("SELECT value FROM counter WHERE scope = ? AND meter = ? AND start = ?", key.scope, key.meter, key.start)
      .toArray()[0];
    const value = row === undefined ? ZERO : decimal(row.value);
    this.#remember(name, value);
    return value;
  }

  /** The sum of a scope's counters that start in [from, to). */
  readRange(scope: string, meter: string, from: Instant, to: Instant): Decimal {
    const rows = this.sql.exec<{ value: string }>(
      "SELECT value FROM counter WHERE scope = ? AND meter = ? AND start >= ? AND start < ?",
      scope,
      meter,
      from,
      to,
    );
    let sum = ZERO;
    for (const { value } of rows) sum = add(sum, decimal(value));
    return sum;
  }

  flush(): void {
    for (const [name, { key, value }] of this.#changed) {
      this.sql.exec(
        "INSERT INTO counter (scope, meter, start, value) VALUES (?, ?, ?, ?) ON CONFLICT (scope, meter, start) DO UPDATE SET value = excluded.value",
        key.scope,
        key.meter,
        key.start,
        decimalText(value),
      );
      this.#remember(name, value);
    }
    this.#changed.clear();
  }

  clear(): void {
    this.sql.exec("DELETE FROM counter");
    this.forget();
  }

  forget(): void {
    this.#known.clear();
    this.#changed.clear();
  }

  #remember(name: string, value: Decimal): void {
    if (this.#known.size >= CACHE_LIMIT) this.#known.clear();
    this.#known.set(name, value);
  }
}

function nameOf({ scope, meter, start }: CounterKey): string {
  return `${scope} ${meter} ${start}`;
}
