import type { UsageEvent } from "#domain/metering/usage-event";
import type { Instant } from "#domain/time/instant";

/** What was last said of an event: another body, or null where it was voided. */
export type Corrected = { readonly event: UsageEvent | null };

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
      .exec<{ source: string; id: string; event: string | null }>(
        "SELECT source, id, event FROM correction WHERE log_row = ? ORDER BY number",
        row,
      )
      .toArray();
    if (entries.length === 0) return null;
    return new Map(
      entries.map(({ source, id, event }) => [`${source}\n${id}`, { event: event === null ? null : (JSON.parse(event) as UsageEvent) }]),
    );
  }

  historyOf(row: number, source: string, id: string): CorrectionEntry[] {
    return this.#sql
      .exec<{ event: string | null; reason: string | null; at: number }>(
        "SELECT event, reason, at FROM correction WHERE log_row = ? AND source = ? AND id = ? ORDER BY number",
        row,
        source,
        id,
      )
      .toArray()
      .map(({ event, reason, at }) => ({ event: event === null ? null : (JSON.parse(event) as UsageEvent), reason, at }));
  }

  append(row: number, { source, id }: Pick<UsageEvent, "source" | "id">, entry: CorrectionEntry): void {
    this.#sql.exec(
      `INSERT INTO correction (log_row, source, id, number, event, reason, at)
       SELECT ?1, ?2, ?3, 1 + coalesce(max(number), 0), ?4, ?5, ?6 FROM correction WHERE log_row = ?1 AND source = ?2 AND id = ?3`,
      row,
      source,
      id,
      entry.event === null ? null : JSON.stringify(entry.event),
      entry.reason,
      entry.at,
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
