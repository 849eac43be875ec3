import type { Meter } from "#domain/catalog/meter";
import { measure } from "#domain/metering/measure";
import type { Instant } from "#domain/time/instant";
import { Attribution } from "#objects/attribution";
import type { LedgerParts } from "#objects/ledger-parts";

/** Cells written at once, so that counting a long log anew stays in bounded memory. */
const CELLS_AT_ONCE = 10_000;

/**
 * Counts the log again for some meters, in all windows that start at or after `from`. Their events all lie at or after it,
 * so what is deleted is exactly what is counted anew. Windows of archived months are left as they are.
 */
export function recount({ tally, state, log, standing, rollups }: LedgerParts, meters: readonly Meter[], from: Instant): void {
  const start = Math.max(from, state.sealedBefore);
  tally.flush();
  tally.forget();
  for (const meter of meters) {
    tally.deleteFrom(meter, start);
    rollups.noteFrom(meter.key, start, state.position.sequence);
  }
  let attribution = new Attribution(state.contract, tally, start);
  for (const row of log.between(start, Infinity)) {
    for (const { event, order } of standing.counted(row, start, Infinity)) {
      for (const meter of meters) {
        const measured = measure(meter, event);
        if (!measured.ok || measured.value === null) continue;
        const { group, value, text } = measured.value;
        tally.groups.note(meter.key, group);
        const cells = attribution.cellsOf(meter, attribution.slotOf(meter, event), group);
        tally.add(meter, cells, group, { value, text, at: event.time, order });
        rollups.note(meter.key, event.time);
      }
    }
    if (tally.dirty > CELLS_AT_ONCE) {
      tally.flush();
      attribution = new Attribution(state.contract, tally, start);
    }
  }
  tally.flush();
  rollups.flush(state.position.sequence);
}
