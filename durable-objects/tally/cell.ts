import type { Reading } from "#domain/metering/algebra";
import type { Group, Sample } from "#domain/metering/measurement";
import type { Decimal } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import type { Zone } from "#domain/time/zone";

/** Where something is counted: the quarter hours of queries, a usage window, an entitlement's window. */
export type Place = { readonly scope: string; readonly window: Period; readonly zone: Zone };

export type CellKey = { readonly scope: string; readonly meter: string; readonly start: Instant; readonly group: Group };

/** Null: nothing was counted, and zero would be wrong to say. Not exact: more distinct values than a cell keeps. */
export type CellValue = { readonly value: Decimal | null; readonly exact: boolean };

/**
 * The total of one meter and group at one place. Samples are added in memory; `flush` writes what changed, once per call. A
 * caller whose transaction fails must forget the cell.
 */
export interface Cell {
  add(sample: Sample): void;
  /** False where the cell cannot tell what would be left; then its window has to be counted again. */
  remove(sample: Sample): boolean;
  value(reading: Reading): CellValue;
  flush(): void;
}

export function readState(sql: SqlStorage, { scope, meter, start, group }: CellKey): string | null {
  const row = sql
    .exec<{ state: string }>(
      "SELECT state FROM counter WHERE scope = ? AND meter = ? AND start = ? AND grp = ?",
      scope,
      meter,
      start,
      group,
    )
    .toArray()[0];
  return row?.state ?? null;
}

export function writeState(sql: SqlStorage, { scope, meter, start, group }: CellKey, state: string): void {
  sql.exec(
    "INSERT INTO counter (scope, meter, start, grp, state) VALUES (?, ?, ?, ?, ?) ON CONFLICT (scope, meter, start, grp) DO UPDATE SET state = excluded.state",
    scope,
    meter,
    start,
    group,
    state,
  );
}
