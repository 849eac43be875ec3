import { createHash } from "node:crypto";
import { assert } from "#domain/assert";
import type { UsageEvent } from "#domain/metering/usage-event";
import { formatInstant, type Instant } from "#domain/time/instant";
import type { IdentityHash } from "#objects/log/dedupe-index";

/** A row holds at most this many characters of events (a SQLite value here is limited to 2 MB; a character to 3 bytes). */
const ROW_TEXT_LIMIT = 600_000;
/** Rows kept parsed: a batch that is sent again finds each of its events in the same row. */
const ROWS_KEPT = 4;

export type LogPosition = { readonly sequence: number; readonly chain: string };

/**
 * One call's events. `backfill`: they count only while that backfill is closed. `unless`: they count only while it is not,
 * because it holds the same events.
 */
export type LogRow = {
  readonly sequence: number;
  readonly receivedAt: Instant;
  readonly backfill: string | null;
  readonly unless: string | null;
  readonly events: readonly UsageEvent[];
};

export type RowFacts = Pick<LogRow, "backfill" | "unless"> & { readonly receivedAt: Instant };

/** Events with the hashes of their identities, and as one JSON text where it is at hand. */
type Entries = { readonly events: readonly UsageEvent[]; readonly hashes: readonly IdentityHash[]; readonly text: string | null };
type Chunk = readonly [from: number, to: number, text: string];

type StoredRow = {
  sequence: number;
  received_at: number;
  backfill: string | null;
  unless: string | null;
  events: string;
};

const COLUMNS = "sequence, received_at, backfill, unless, events";

/**
 * The append-only log: one row per call with its events, the 8-byte hashes of their identities, and a link that chains the
 * row to the one before. A table per month of receipt, so that pruning is one DROP.
 */
export class EventLog {
  readonly sql: SqlStorage;
  readonly #parsed = new Map<number, LogRow>();

  constructor(sql: SqlStorage) {
    this.sql = sql;
  }

  /** Appends events; answers where the log now ends and the row of each event. Runs inside the caller's transaction. */
  append(position: LogPosition, facts: RowFacts, { events, hashes, text: whole }: Entries): LogPosition & { rows: number[] } {
    const table = this.#tableFor(facts.receivedAt, position.sequence + 1);
    let { sequence, chain } = position;
    let bytes = 0;
    let latest = 0;
    const rows: number[] = [];
    const parts: Iterable<Chunk> = whole !== null && whole.length <= ROW_TEXT_LIMIT ? [[0, events.length, whole]] : chunks(events);
    for (const [from, to, text] of parts) {
      sequence += 1;
      bytes += text.length;
      chain = createHash("sha256").update(chain).update("\n").update(text).digest("hex");
      let [first, last] = [Infinity, -Infinity];
      for (let i = from; i < to; i++) {
        const { time } = events[i] as UsageEvent;
        if (time < first) first = time;
        if (time > last) last = time;
        rows.push(sequence);
      }
      latest = Math.max(latest, last);
      this.sql.exec(
        `INSERT INTO ${table} (sequence, received_at, first_at, last_at, backfill, unless, events, hashes, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        sequence,
        facts.receivedAt,
        first,
        last,
        facts.backfill,
        facts.unless,
        text,
        packed(hashes, from, to),
        chain,
      );
    }
    this.sql.exec(
      "UPDATE log_month SET events = events + ?, bytes = bytes + ?, last_at = max(last_at, ?) WHERE name = ?",
      events.length,
      bytes,
      latest,
      table,
    );
    return { sequence, chain, rows };
  }

  /** A row by its sequence, or null when its month was archived and pruned. */
  read(sequence: number): LogRow | null {
    const known = this.#parsed.get(sequence);
    if (known !== undefined) return known;
    const table = this.tableOf(sequence);
    const stored =
      table === null ? undefined : this.sql.exec<StoredRow>(`SELECT ${COLUMNS} FROM ${table} WHERE sequence = ?`, sequence).toArray()[0];
    if (stored === undefined) return null;
    const row = parsed(stored);
    if (this.#parsed.size >= ROWS_KEPT) this.#parsed.delete(this.#parsed.keys().next().value ?? 0);
    this.#parsed.set(sequence, row);
    return row;
  }

  /** Rows that may hold events of [from, to), in order of arrival. */
  *between(from: Instant, to: Instant): Generator<LogRow> {
    for (const table of this.tables()) {
      for (let after = 0; ;) {
        const rows = this.sql
          .exec<StoredRow>(
            `SELECT ${COLUMNS} FROM ${table} WHERE sequence > ? AND last_at >= ? AND first_at < ? ORDER BY sequence LIMIT 20`,
            after,
            finite(from),
            finite(to),
          )
          .toArray();
        for (const row of rows) yield parsed(row);
        if (rows.length < 20) break;
        after = rows.at(-1)?.sequence ?? after;
      }
    }
  }

  /** Rows that may hold events of [from, to) and were logged before `sequence`, newest first. */
  *backwards(sequence: number, from: Instant, to: Instant): Generator<LogRow> {
    for (const table of this.tables().toReversed()) {
      for (let before = sequence; ;) {
        const rows = this.sql
          .exec<StoredRow>(
            `SELECT ${COLUMNS} FROM ${table} WHERE sequence < ? AND last_at >= ? AND first_at < ? ORDER BY sequence DESC LIMIT 5`,
            finite(before),
            finite(from),
            finite(to),
          )
          .toArray();
        for (const row of rows) yield parsed(row);
        if (rows.length < 5) break;
        before = rows.at(-1)?.sequence ?? 0;
      }
    }
  }

  /** The rows a backfill staged. */
  *staged(backfill: string): Generator<LogRow> {
    for (const table of this.tables()) {
      for (const row of this.sql.exec<StoredRow>(`SELECT ${COLUMNS} FROM ${table} WHERE backfill = ? ORDER BY sequence`, backfill))
        yield parsed(row);
    }
  }

  /** The rows whose counting a backfill decides: those it staged, and those that count only while it is not closed. */
  *decidedBy(backfill: string): Generator<LogRow> {
    for (const table of this.tables()) {
      for (const row of this.sql.exec<StoredRow>(
        `SELECT ${COLUMNS} FROM ${table} WHERE backfill = ?1 OR unless = ?1 ORDER BY sequence`,
        backfill,
      ))
        yield parsed(row);
    }
  }

  /** The identity hashes of rows past `sequence`, and of months that were brought back, each with its row. */
  *hashesAfter(sequence: number): Generator<{ high: number; low: number; row: number; isRestored: boolean }> {
    const restored = new Set(
      this.sql
        .exec<{ name: string }>("SELECT name FROM log_month WHERE state = 'restored'")
        .toArray()
        .map(({ name }) => name),
    );
    for (const table of this.tables()) {
      for (const row of this.sql.exec<{ sequence: number; hashes: ArrayBuffer }>(
        `SELECT sequence, hashes FROM ${table} WHERE sequence > ?`,
        restored.has(table) ? 0 : sequence,
      )) {
        const words = new Uint32Array(row.hashes);
        for (let i = 0; i + 1 < words.length; i += 2)
          yield { high: words[i] as number, low: words[i + 1] as number, row: row.sequence, isRestored: restored.has(table) };
      }
    }
  }

  /** Where the oldest month begins that is still here. */
  firstSequence(): number {
    return (
      this.sql.exec<{ first: number | null }>("SELECT min(first_sequence) AS first FROM log_month WHERE state <> 'archived'").one().first ??
      0
    );
  }

  /** An amended event may stand outside the time its row was logged with. */
  widen(sequence: number, at: Instant): void {
    const table = this.tableOf(sequence);
    assert(table !== null, `row ${sequence} is not in the log`);
    this.sql.exec(`UPDATE ${table} SET first_at = min(first_at, ?), last_at = max(last_at, ?) WHERE sequence = ?`, at, at, sequence);
    this.sql.exec("UPDATE log_month SET last_at = max(last_at, ?) WHERE name = ?", at, table);
  }

  /** The tables that hold rows now, oldest first. */
  tables(): string[] {
    return this.sql
      .exec<{ name: string }>("SELECT name FROM log_month WHERE state <> 'archived' ORDER BY first_sequence")
      .toArray()
      .map(({ name }) => name);
  }

  tableOf(sequence: number): string | null {
    const month = this.sql
      .exec<{ name: string; state: string }>(
        "SELECT name, state FROM log_month WHERE first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1",
        sequence,
      )
      .toArray()[0];
    return month === undefined || month.state === "archived" ? null : month.name;
  }

  forget(): void {
    this.#parsed.clear();
  }

  createTable(name: string): void {
    this.sql.exec(`CREATE TABLE ${name} (
      sequence INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
      backfill TEXT, unless TEXT, events TEXT NOT NULL, hashes BLOB NOT NULL, chain TEXT NOT NULL
    ) STRICT`);
  }

  #tableFor(receivedAt: Instant, nextSequence: number): string {
    const name = `event_log_${formatInstant(receivedAt).slice(0, 7).replace("-", "_")}`;
    const last = this.sql.exec<{ name: string }>("SELECT name FROM log_month ORDER BY first_sequence DESC LIMIT 1").toArray()[0];
    if (last?.name === name) return name;
    // The clock a ledger sees never goes back, so months come in order and a sequence finds its table.
    this.createTable(name);
    this.sql.exec(
      "INSERT INTO log_month (first_sequence, name, state, last_at, events, bytes) VALUES (?, ?, 'live', 0, 0, 0)",
      nextSequence,
      name,
    );
    return name;
  }
}

function parsed({ sequence, received_at, backfill, unless, events }: StoredRow): LogRow {
  return { sequence, receivedAt: received_at, backfill, unless, events: JSON.parse(events) as UsageEvent[] };
}

/** SQLite has no infinity; no instant comes near these. */
function finite(value: number): number {
  return Math.min(Math.max(value, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

function* chunks(events: readonly UsageEvent[]): Generator<Chunk> {
  let parts: string[] = [];
  let size = 0;
  let from = 0;
  for (const [index, event] of events.entries()) {
    const text = JSON.stringify(event);
    assert(text.length < ROW_TEXT_LIMIT, `an event of ${text.length} characters does not fit a log row`);
    if (size + text.length > ROW_TEXT_LIMIT) {
      yield [from, index, `[${parts.join(",")}]`];
      [parts, size, from] = [[], 0, index];
    }
    parts.push(text);
    size += text.length + 1;
  }
  if (parts.length > 0) yield [from, events.length, `[${parts.join(",")}]`];
}

function packed(hashes: readonly IdentityHash[], from: number, to: number): ArrayBuffer {
  const words = new Uint32Array((to - from) * 2);
  for (let i = from; i < to; i++) {
    const { high, low } = hashes[i] as IdentityHash;
    words[(i - from) * 2] = high;
    words[(i - from) * 2 + 1] = low;
  }
  return words.buffer;
}
