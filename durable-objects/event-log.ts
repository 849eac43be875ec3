import { createHash } from "node:crypto";
import { assert } from "#domain/assert";
import type { UsageEvent } from "#domain/metering/usage-event";
import { formatInstant, type Instant } from "#domain/time/instant";
import type { IdentityHash } from "#objects/dedupe-index";

/** A row holds at most this many characters of events (a SQLite value here is limited to 2 MB; a character to 3 bytes). */
const ROW_TEXT_LIMIT = 600_000;

export type LogPosition = { readonly sequence: number; readonly chain: string };

type LogRow = { readonly sequence: number; readonly events: string };

/**
 * The append-only log: one row per call with its events, the 8-byte hashes of their identities, and a link that chains the
 * row to the one before. A table per month of receipt, so that pruning is one DROP.
 */
export class EventLog {
  readonly sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.sql = sql;
  }

  /** Appends accepted events; answers where the log now ends and the row of each event. Runs inside the caller's transaction. */
  append(
    position: LogPosition,
    receivedAt: Instant,
    events: readonly UsageEvent[],
    hashes: readonly IdentityHash[],
  ): LogPosition & { rows: number[] } {
    const table = this.#tableFor(receivedAt, position.sequence + 1);
    let { sequence, chain } = position;
    const rows: number[] = [];
    for (const [from, to, text] of chunks(events)) {
      sequence += 1;
      chain = createHash("sha256").update(chain).update("\n").update(text).digest("hex");
      this.sql.exec(
        `INSERT INTO ${table} (sequence, received_at, events, hashes, chain) VALUES (?, ?, ?, ?, ?)`,
        sequence,
        receivedAt,
        text,
        packed(hashes.slice(from, to)),
        chain,
      );
      for (let i = from; i < to; i++) rows.push(sequence);
    }
    return { sequence, chain, rows };
  }

  /** The events of one row. */
  read(sequence: number): UsageEvent[] {
    const month = this.sql
      .exec<{ name: string }>("SELECT name FROM log_month WHERE first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1", sequence)
      .one();
    const row = this.sql.exec<{ events: string }>(`SELECT events FROM ${month.name} WHERE sequence = ?`, sequence).one();
    return JSON.parse(row.events) as UsageEvent[];
  }

  /** Every event ever logged, in order of arrival, a row at a time. */
  *all(): Generator<UsageEvent[]> {
    for (const name of this.#tables()) {
      for (let after = 0; ;) {
        const rows = this.sql
          .exec<LogRow>(`SELECT sequence, events FROM ${name} WHERE sequence > ? ORDER BY sequence LIMIT 50`, after)
          .toArray();
        if (rows.length === 0) break;
        for (const row of rows) yield JSON.parse(row.events) as UsageEvent[];
        after = rows.at(-1)?.sequence ?? after;
      }
    }
  }

  /** The identity hashes received since an instant, each with its row. */
  *hashesSince(receivedAt: Instant): Generator<{ hash: IdentityHash; row: number }> {
    for (const name of this.#tables()) {
      for (const row of this.sql.exec<{ sequence: number; hashes: ArrayBuffer }>(
        `SELECT sequence, hashes FROM ${name} WHERE received_at >= ?`,
        receivedAt,
      )) {
        const words = new Uint32Array(row.hashes);
        for (let i = 0; i + 1 < words.length; i += 2) yield { hash: { high: words[i] ?? 0, low: words[i + 1] ?? 0 }, row: row.sequence };
      }
    }
  }

  #tables(): string[] {
    return this.sql
      .exec<{ name: string }>("SELECT name FROM log_month ORDER BY first_sequence")
      .toArray()
      .map(({ name }) => name);
  }

  #tableFor(receivedAt: Instant, nextSequence: number): string {
    const month = formatInstant(receivedAt).slice(0, 7).replace("-", "_");
    const name = `event_log_${month}`;
    const last = this.sql.exec<{ name: string }>("SELECT name FROM log_month ORDER BY first_sequence DESC LIMIT 1").toArray()[0];
    if (last?.name === name) return name;
    // The clock a ledger sees never goes back, so months come in order and a sequence finds its table.
    this.sql.exec(`CREATE TABLE ${name} (
      sequence INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, events TEXT NOT NULL, hashes BLOB NOT NULL, chain TEXT NOT NULL
    ) STRICT`);
    this.sql.exec("INSERT INTO log_month (first_sequence, name) VALUES (?, ?)", nextSequence, name);
    return name;
  }
}

function* chunks(events: readonly UsageEvent[]): Generator<[from: number, to: number, text: string]> {
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

function packed(hashes: readonly IdentityHash[]): ArrayBuffer {
  const words = new Uint32Array(hashes.length * 2);
  for (const [index, { high, low }] of hashes.entries()) {
    words[index * 2] = high;
    words[index * 2 + 1] = low;
  }
  return words.buffer;
}
