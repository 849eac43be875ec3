import type { UsageEvent } from "#domain/metering/usage-event";
import type { Instant } from "#domain/time/instant";
import type { Backfills } from "#objects/log/backfills";
import type { Corrections } from "#objects/log/corrections";
import type { LogRow } from "#objects/log/event-log";

/** An event as it stands after all that was said of it later. `order` is its place of arrival. */
export type StandingEvent = {
  readonly event: UsageEvent;
  readonly status: "counted" | "voided" | "superseded" | "staged" | "reverted";
  readonly amended: boolean;
  readonly order: number;
};

/** A row of the log never holds more events than this, so row and place make one ordered number. */
const PLACES_A_ROW = 16_384;

export function orderOf(row: number, index: number): number {
  return row * PLACES_A_ROW + index;
}

/** Reads rows of the log as they stand now: with corrections applied and backfills where they are. */
export class Standing {
  readonly #corrections: Corrections;
  readonly #backfills: Backfills;

  constructor(corrections: Corrections, backfills: Backfills) {
    this.#corrections = corrections;
    this.#backfills = backfills;
  }

  *of(row: LogRow): Generator<StandingEvent> {
    const corrected = this.#corrections.ofRow(row.sequence);
    const rowStatus = this.#backfills.statusOf(row);
    for (const [index, original] of row.events.entries()) {
      const order = orderOf(row.sequence, index);
      const change = corrected?.get(`${original.source}\n${original.id}`);
      const event = change?.event ?? original;
      const amended = change !== undefined && change.event !== null;
      if (change !== undefined && change.event === null) yield { event: original, status: "voided", amended: false, order };
      else if (rowStatus !== "counted") yield { event, status: rowStatus, amended, order };
      else if (this.#backfills.supersedes(row, event, change?.sequence ?? null)) yield { event, status: "superseded", amended, order };
      else yield { event, status: "counted", amended, order };
    }
  }

  /** The counted events of a row with a time in [from, to). */
  *counted(row: LogRow, from: Instant, to: Instant): Generator<StandingEvent> {
    for (const standing of this.of(row)) {
      if (standing.status === "counted" && standing.event.time >= from && standing.event.time < to) yield standing;
    }
  }
}
