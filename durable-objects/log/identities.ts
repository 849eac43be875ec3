import type { UsageEvent } from "#domain/metering/usage-event";
import type { EventLog, LogRow } from "#objects/log/event-log";

/** An event found in the log, with its row and its place in it. */
export type Found = { readonly row: LogRow; readonly index: number; readonly event: UsageEvent };

/** Looks events up in candidate rows. Rows are indexed once and kept for the call: a repeated batch hits one row 500 times. */
export class Identities {
  readonly #log: EventLog;
  readonly #rows = new Map<number, { row: LogRow; places: Map<string, number> } | null>();

  constructor(log: EventLog) {
    this.#log = log;
  }

  find(source: string, id: string, rows: readonly number[]): Found[] {
    const found: Found[] = [];
    for (const sequence of rows) {
      const known = this.#row(sequence);
      const index = known?.places.get(identityOf({ source, id }));
      const event = index === undefined ? undefined : known?.row.events[index];
      // The same row is a candidate twice when two of its events share a hash.
      if (known && index !== undefined && event !== undefined && !found.some(({ row }) => row.sequence === sequence))
        found.push({ row: known.row, index, event });
    }
    return found;
  }

  #row(sequence: number) {
    const known = this.#rows.get(sequence);
    if (known !== undefined) return known;
    const row = this.#log.read(sequence);
    const indexed = row && { row, places: new Map(row.events.map((event, index) => [identityOf(event), index])) };
    this.#rows.set(sequence, indexed);
    return indexed;
  }
}

export function identityOf({ source, id }: Pick<UsageEvent, "source" | "id">): string {
  return `${source}\n${id}`;
}
