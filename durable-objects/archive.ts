import { aggregationOf } from "#domain/catalog/meter";
import { LATEST_ARRIVAL_MS, EARLIEST_ARRIVAL_MS } from "#domain/metering/event-time";
import { measure } from "#domain/metering/measure";
import type { UsageEvent } from "#domain/metering/usage-event";
import { add, type Decimal, decimalText, ZERO } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";
import type { LedgerParts } from "#objects/ledger-parts";
import type { ArchivePage, ArchiveTotals, LogMonth } from "#objects/usage-calls";

type Month = {
  first_sequence: number;
  name: string;
  state: "live" | "archived" | "restored";
  last_at: number;
  events: number;
  bytes: number;
};
type Row = {
  sequence: number;
  received_at: number;
  first_at: number;
  last_at: number;
  backfill: string | null;
  unless: string | null;
  events: string;
  hashes: ArrayBuffer;
  chain: string;
};

/** One event to a line, with its place in the log, so that a month can be read by anybody and brought back exactly. */
type Line = Omit<Row, "events" | "hashes"> & { readonly place: number; readonly hash: [number, number]; readonly event: UsageEvent };

const ROWS_A_PAGE = 20;

export function logMonths(parts: LedgerParts, now: Instant): LogMonth[] {
  return months(parts.sql).map((month) => ({
    month: labelOf(month.name),
    state: month.state === "live" ? (isReady(parts, month, now) ? "ready" : "open") : month.state,
    events: month.events,
    bytes: month.bytes,
  }));
}

/** Some rows of a month, event by event. */
export function archivePage({ sql }: LedgerParts, label: string, after: number): ArchivePage {
  const month = monthOf(sql, label);
  if (month === null || month.state === "archived") return { lines: [], next: null };
  const rows = sql.exec<Row>(`SELECT * FROM ${month.name} WHERE sequence > ? ORDER BY sequence LIMIT ?`, after, ROWS_A_PAGE).toArray();
  const lines = rows.flatMap(({ events, hashes, ...facts }) => {
    const words = new Uint32Array(hashes);
    return (JSON.parse(events) as UsageEvent[]).map((event, place) =>
      JSON.stringify({ ...facts, place, hash: [words[place * 2] ?? 0, words[place * 2 + 1] ?? 0], event } satisfies Line),
    );
  });
  return { lines, next: rows.length < ROWS_A_PAGE ? null : (rows.at(-1)?.sequence ?? null) };
}

/** What the events of a month add up to, for comparing with what was archived. */
export function totalsOf({ sql, state }: LedgerParts, name: string): ArchiveTotals {
  const sums = new Map<string, Decimal>();
  let count = 0;
  for (const { events } of sql.exec<{ events: string }>(`SELECT events FROM ${name} ORDER BY sequence`)) {
    for (const event of JSON.parse(events) as UsageEvent[]) {
      count += 1;
      for (const meter of state.metersByType.get(event.type) ?? []) {
        const { type } = aggregationOf(meter);
        const measured = type === "count" || type === "sum" ? measure(meter, event) : null;
        if (measured?.ok && measured.value !== null) sums.set(meter.key, add(sums.get(meter.key) ?? ZERO, measured.value.value));
      }
    }
  }
  return { events: count, sums: Object.fromEntries([...sums].map(([meter, sum]) => [meter, decimalText(sum)])) };
}

/** Drops the raw events of a month, if what was archived adds up to them. Again: nothing more. */
export function prune(parts: LedgerParts, label: string, totals: ArchiveTotals, now: Instant): boolean {
  const month = monthOf(parts.sql, label);
  if (month === null) return false;
  if (month.state === "archived") return true;
  if (month.state === "live" && !isReady(parts, month, now)) return false;
  const own = totalsOf(parts, month.name);
  if (own.events !== totals.events || !sameSums(own.sums, totals.sums)) return false;
  parts.sql.exec(`DROP TABLE ${month.name}`);
  parts.sql.exec("UPDATE log_month SET state = 'archived' WHERE name = ?", month.name);
  parts.log.forget();
  sealAgain(parts);
  return true;
}

/** Puts lines back where they were. `last` opens the month for looking and correcting. */
export function restore(parts: LedgerParts, label: string, lines: readonly string[], last: boolean): void {
  const { sql, log } = parts;
  const month = monthOf(sql, label);
  if (month === null || month.state !== "archived") return;
  sql.exec(
    `CREATE TABLE IF NOT EXISTS restoring_${month.name} (line TEXT PRIMARY KEY, sequence INTEGER NOT NULL, place INTEGER NOT NULL) STRICT`,
  );
  for (const line of lines) {
    const { sequence, place } = JSON.parse(line) as Line;
    sql.exec(`INSERT INTO restoring_${month.name} (line, sequence, place) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, line, sequence, place);
  }
  if (!last) return;
  log.createTable(month.name);
  let row: Line[] = [];
  const put = (): void => {
    if (row.length > 0) insertRow(sql, month.name, row);
    row = [];
  };
  for (const { line } of sql.exec<{ line: string }>(`SELECT line FROM restoring_${month.name} ORDER BY sequence, place`).toArray()) {
    const read = JSON.parse(line) as Line;
    if (row[0] !== undefined && row[0].sequence !== read.sequence) put();
    row.push(read);
  }
  put();
  sql.exec(`DROP TABLE restoring_${month.name}`);
  sql.exec("UPDATE log_month SET state = 'restored' WHERE name = ?", month.name);
  sealAgain(parts);
}

function insertRow(sql: SqlStorage, table: string, lines: readonly Line[]): void {
  const [first] = lines;
  if (first === undefined) return;
  const { sequence, received_at, first_at, last_at, backfill, unless, chain } = first;
  sql.exec(
    `INSERT INTO ${table} (sequence, received_at, first_at, last_at, backfill, unless, events, hashes, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    sequence,
    received_at,
    first_at,
    last_at,
    backfill,
    unless,
    JSON.stringify(lines.map(({ event }) => event)),
    new Uint32Array(lines.flatMap(({ hash }) => hash)).buffer,
    chain,
  );
}

/** Nothing can be counted anew that needs an event of an archived month. */
function sealAgain({ sql, state }: LedgerParts): void {
  const latest = sql.exec<{ latest: number | null }>("SELECT max(last_at) AS latest FROM log_month WHERE state = 'archived'").one().latest;
  state.sealedBefore = latest === null ? 0 : latest + 1;
}

/**
 * A month may go when its identities cannot come again, no backfill is open, nothing in it waits for its customer or type,
 * and every usage window it reaches into was issued.
 */
function isReady({ sql, state, backfills, log, standing }: LedgerParts, month: Month, now: Instant): boolean {
  if (state.contract === null || backfills.anyOpen()) return false;
  const { latest, first, last } = sql
    .exec<{ latest: number | null; first: number | null; last: number | null }>(
      `SELECT max(received_at) AS latest, min(first_at) AS first, max(last_at) AS last FROM ${month.name}`,
    )
    .one();
  if (latest === null || first === null || last === null) return false;
  if (Math.max(latest, last) + LATEST_ARRIVAL_MS + EARLIEST_ARRIVAL_MS > now || isOfMonth(month.name, now)) return false;
  const open = sql
    .exec(
      `SELECT 1 FROM counter AS c WHERE c.scope LIKE 'usage %' AND c.start <= ? AND NOT EXISTS (
         SELECT 1 FROM frozen_window AS f WHERE c.scope = 'usage ' || f.subscription AND f.meter = c.meter AND f.start = c.start) LIMIT 1`,
      last,
    )
    .toArray();
  if (open.length > 0) return false;
  for (const row of log.between(first, last + 1))
    for (const { event } of standing.counted(row, first, last + 1)) if (!state.metersByType.has(event.type)) return false;
  return true;
}

function isOfMonth(name: string, now: Instant): boolean {
  return name === `event_log_${new Date(now).toISOString().slice(0, 7).replace("-", "_")}`;
}

function months(sql: SqlStorage): Month[] {
  return sql.exec<Month>("SELECT first_sequence, name, state, last_at, events, bytes FROM log_month ORDER BY first_sequence").toArray();
}

function monthOf(sql: SqlStorage, label: string): Month | null {
  return months(sql).find(({ name }) => labelOf(name) === label) ?? null;
}

function labelOf(name: string): string {
  return name.replace("event_log_", "").replace("_", "-");
}

function sameSums(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => (a[name] ?? "0") === (b[name] ?? "0"));
}
