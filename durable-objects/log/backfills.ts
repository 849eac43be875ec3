import type { UsageEvent } from "#domain/metering/usage-event";
import { contains } from "#domain/time/period";
import type { LogRow } from "#objects/log/event-log";
import type { BackfillSpec } from "#objects/usage-calls";

export type BackfillState = "open" | "closed" | "reverted";
/** `filled` is what closing it did, so that a repeat can say it again. */
export type HeldBackfill = BackfillSpec & {
  readonly state: BackfillState;
  readonly closedAtSequence: number;
  readonly filled: Filled | null;
};

/** Events that a backfill made count, and those that it took out. */
export type Filled = { readonly added: number; readonly superseded: number };

/**
 * The backfills this ledger knows. A closed `replace` supersedes what was logged before it closed, of its types and in its
 * range; an event of another backfill counts as logged when that one closed.
 */
export class Backfills {
  readonly #sql: SqlStorage;
  #held: Map<string, HeldBackfill> | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  find(id: string): HeldBackfill | null {
    return this.#all().get(id) ?? null;
  }

  anyOpen(): boolean {
    return [...this.#all().values()].some(({ state }) => state === "open");
  }

  save(backfill: HeldBackfill): void {
    const { state, closedAtSequence, id, range, types, mode, filled } = backfill;
    this.#sql.exec(
      "INSERT INTO backfill (id, spec, state, closed_at_sequence) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET spec = excluded.spec, state = excluded.state, closed_at_sequence = excluded.closed_at_sequence",
      id,
      JSON.stringify({ id, range, types, mode, filled }),
      state,
      closedAtSequence,
    );
    this.forget();
  }

  /** Whether a row as a whole counts, as far as backfills decide. */
  statusOf({ backfill, unless }: Pick<LogRow, "backfill" | "unless">): "counted" | "staged" | "reverted" | "superseded" {
    if (unless !== null && this.find(unless)?.state === "closed") return "superseded";
    if (backfill === null) return "counted";
    const state = this.find(backfill)?.state;
    return state === "closed" ? "counted" : state === "reverted" ? "reverted" : "staged";
  }

  /** `amendedAt`: an event amended after a backfill closed is what somebody wanted beside it, and stays. */
  supersedes(row: Pick<LogRow, "sequence" | "backfill">, event: UsageEvent, amendedAt: number | null): boolean {
    const all = this.#all();
    if (all.size === 0) return false;
    const logged = row.backfill === null ? row.sequence : (all.get(row.backfill)?.closedAtSequence ?? row.sequence);
    const since = Math.max(logged, amendedAt ?? 0);
    for (const backfill of all.values()) {
      if (backfill.state !== "closed" || backfill.mode !== "replace" || backfill.id === row.backfill) continue;
      if (since <= backfill.closedAtSequence && covers(backfill, event)) return true;
    }
    return false;
  }

  forget(): void {
    this.#held = null;
  }

  #all(): Map<string, HeldBackfill> {
    this.#held ??= new Map(
      this.#sql
        .exec<{ id: string; spec: string; state: BackfillState; closed_at_sequence: number }>(
          "SELECT id, spec, state, closed_at_sequence FROM backfill",
        )
        .toArray()
        .map(({ id, spec, state, closed_at_sequence }) => [
          id,
          { ...(JSON.parse(spec) as BackfillSpec & Pick<HeldBackfill, "filled">), state, closedAtSequence: closed_at_sequence },
        ]),
    );
    return this.#held;
  }
}

export function covers({ range, types }: BackfillSpec, event: UsageEvent): boolean {
  return contains(range, event.time) && (types === null || types.includes(event.type));
}
