import type { ArchiveTotals } from "#objects/usage-calls";

export const NO_TOTALS: ArchiveTotals = { events: 0, sums: {} };

/** Totals with those of some archived lines. */
export function addTotals(before: ArchiveTotals, lines: readonly string[]): ArchiveTotals {
  return { events: before.events + lines.length, sums: before.sums };
}
