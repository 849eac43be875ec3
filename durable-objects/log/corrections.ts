import type { UsageEvent } from "#domain/metering/usage-event";
import type { Instant } from "#domain/time/instant";

/** What was last said of an event: another body, or null where it was voided. `sequence` is when, in the order of all changes. */
export type Corrected = { readonly event: UsageEvent | null; readonly sequence: number };

export type CorrectionEntry = Corrected & { readonly at: Instant; readonly reason: string | null };

/** Amendments and voids, append-only, kept beside the log row that holds the event. */
export class Corrections {
  readonly #sql: SqlStorage;
  #any: boolean | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The last word on each corrected event of a row, by identity; null where there is none. */
  ofRow(row: number): Map<string, Corrected> | null {
    if (!this.#exist()) return null;
    const entries = this.#sql
      .exec<{ source: string; id: string; event: string | null; sequence: number }>(
        "SELECT source, id, event, sequence FROM correction WHERE log_row = ? ORDER BY number",
        row,
      )
      .toArray();
    if (entries.length === 0) return null;
    return new Map(
      entries.map(({ source, id, event, sequence }) => [
        `${source}\n${id}`,
        { event: event === null ? null : (JSON.parse(event) as UsageEvent), sequence },
      ]),
    );
  }

  historyOf(row: number, source: string, id: string): CorrectionEntry[] {
    return this.#sql
      .exec<{ event: string | null; reason: string | null; at: number; sequence: number }>(
        "SELECT event, reason, at, sequence FROM correction WHERE log_row = ? AND source = ? AND id = ? ORDER BY number",
        row,
        source,
        id,
      )
      .toArray()
      .map(({ event, ...entry }) => ({ event: event === null ? null : (JSON.parse(event) as UsageEvent), ...entry }));
  }

  append(row: number, { source, id }: Pick<UsageEvent, "source" | "id">, entry: CorrectionEntry): void {
    this.#sql.exec(
      `INSERT INTO correction (log_row, source, id, number, event, reason, at, sequence)
       SELECT ?1, ?2, ?3, 1 + coalesce(max(number), 0), ?4, ?5, ?6, ?7 FROM correction WHERE log_row = ?1 AND source = ?2 AND id = ?3`,
      row,
      source,
      id,
      entry.event === null ? null : JSON.stringify(entry.event),
      entry.reason,
      entry.at,
      entry.sequence,
    );
    this.#any = true;
  }

  forget(): void {
    this.#any = null;
  }

  #exist(): boolean {
    this.#any ??= this.#sql.exec("SELECT 1 FROM correction LIMIT 1").toArray().length > 0;
    return this.#any;
  }
}
