import { aggregationOf, type Meter } from "#domain/catalog/meter";
import { measure } from "#domain/metering/measure";
import type { UsageEvent } from "#domain/metering/usage-event";
import { add, type Decimal, decimal, decimalText, ZERO } from "#domain/money/decimal";
import type { ArchiveTotals } from "#objects/usage-calls";

export const NO_TOTALS: ArchiveTotals = { events: 0, sums: {} };

/**
 * Totals with those of some archived lines: how many events, and for each `count` and `sum` meter what it makes of them as
 * they were sent. The ledger compares them with its own before it forgets.
 */
export function addTotals(before: ArchiveTotals, lines: readonly string[], meters: readonly Meter[]): ArchiveTotals {
  const sums = new Map<string, Decimal>(Object.entries(before.sums).map(([meter, sum]) => [meter, decimal(sum)]));
  const summed = meters.filter((meter) => ["count", "sum"].includes(aggregationOf(meter).type));
  for (const line of lines) {
    const { event } = JSON.parse(line) as { event: UsageEvent };
    for (const meter of summed) {
      const measured = measure(meter, event);
      if (measured.ok && measured.value !== null) sums.set(meter.key, add(sums.get(meter.key) ?? ZERO, measured.value.value));
    }
  }
  return { events: before.events + lines.length, sums: Object.fromEntries([...sums].map(([meter, sum]) => [meter, decimalText(sum)])) };
}
