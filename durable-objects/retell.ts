import type { Meter } from "#domain/catalog/meter";
import { measure } from "#domain/metering/measure";
import type { UsageEvent } from "#domain/metering/usage-event";
import type { LedgerParts } from "#objects/ledger-parts";
import type { Unmatched } from "#objects/usage-calls";

/** What the ledger knew at one moment: whose it is, and what reads its events. */
export type Known = { readonly customer: boolean; readonly meters: readonly Meter[] };

/** What an event waits for. */
function waitsFor({ customer, meters }: Known, event: UsageEvent): Unmatched | null {
  if (!customer) return "customer";
  const readers = meters.filter(({ eventType }) => eventType === event.type);
  if (readers.length === 0) return "type";
  return readers.every((meter) => measure(meter, event).ok) ? null : "value";
}

/**
 * When the customer or a meter becomes known, what was kept is counted, or waits for something else: then that is told, and
 * what was told before is taken back. `types` null: events of every type.
 */
export function retell({ log, standing, facts }: LedgerParts, types: ReadonlySet<string> | null, before: Known, after: Known): void {
  for (const row of log.between(-Infinity, Infinity)) {
    for (const { event } of standing.counted(row, -Infinity, Infinity)) {
      if (types !== null && !types.has(event.type)) continue;
      const [was, is] = [waitsFor(before, event), waitsFor(after, event)];
      if (was === is) continue;
      if (was !== null) facts.unmatched(was, event.type, event.time, -1);
      if (is !== null) facts.unmatched(is, event.type, event.time);
    }
  }
  facts.flush();
}
