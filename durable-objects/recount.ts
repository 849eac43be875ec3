import type { Meter } from "#domain/catalog/meter";
import { UNGROUPED } from "#domain/metering/group";
import { measure } from "#domain/metering/measure";
import type { Instant } from "#domain/time/instant";
import { Attribution } from "#objects/attribution";
import type { LedgerParts } from "#objects/ledger-parts";

/** Cells written at once, so that counting a long log anew stays in bounded memory. */
const CELLS_AT_ONCE = 10_000;
/** Samples held in cells that keep each of them, likewise. */
const SAMPLES_AT_ONCE = 100_000;

/**
 * Counts the log again for some meters, in all windows that start at or after `from`. Their events all lie at or after it,
 * so what is deleted is exactly what is counted anew. Windows that begin in archived months are left as they are: who would
 * change what they hold refuses to.
 */
export function recount({ tally, state, log, standing, rollups }: LedgerParts, meters: readonly Meter[], from: Instant): void {
  const start = Math.max(from, state.sealedBefore);
  tally.flush();
  tally.forget();
  for (const meter of meters) {
    // Before the hours go: one that loses all it had is told too.
    rollups.noteFrom(meter.key, start, state.position.sequence);
    tally.deleteFrom(meter, start);
  }
  let samples = 0;
  let attribution = new Attribution(state.contract, tally, start);
  for (const row of log.between(start, Infinity)) {
    for (const { event, order } of standing.counted(row, start, Infinity)) {
      for (const meter of meters) {
        const measured = measure(meter, event);
        if (!measured.ok || measured.value === null) continue;
        const { group, value, text } = measured.value;
        // A combination too many stays in the total; it is only not told apart.
        const told = tally.groups.fits(meter.key, group) ? group : UNGROUPED;
        tally.groups.note(meter.key, told);
        const cells = attribution.cellsOf(meter, attribution.slotOf(meter, event), told);
        tally.add(meter, cells, told, { value, text, at: event.time, order });
        samples += 1;
        rollups.note(meter.key, event.time);
      }
    }
    if (tally.dirty > CELLS_AT_ONCE || samples > SAMPLES_AT_ONCE) {
      samples = 0;
      tally.flush();
      attribution = new Attribution(state.contract, tally, start);
    }
  }
  tally.flush();
  rollups.flush(state.position.sequence);
}
