import type { Billing, UnnumberedLine } from "#domain/invoices/billing";
import { licensedLines } from "#domain/invoices/licensed-lines";
import type { Line } from "#domain/invoices/line";
import { usageLines } from "#domain/invoices/usage-lines";
import { present } from "#domain/assert";

/**
 * The kernel: the lines that should exist by `asOf`, minus the lines that were billed. Running it again after its lines were
 * issued answers none, whatever was retried, changed or came late in between.
 */
export function draftLines(billing: Billing): Line[] {
  const lines = [...licensedLines(billing), ...usageLines(billing)].sort(byPlace(billing));
  const taken = new Map<string, number>();
  const take = (key: string, sequence: number): void => void taken.set(key, Math.max(sequence, taken.get(key) ?? 0));
  for (const line of billing.billed) {
    take(keyOf(line), line.sequence);
    // A voided charge leaves its place to no other while a credit names it.
    if (line.reverses !== null) take(keyOf({ ...line, purpose: "charge", period: line.reverses.period }), line.reverses.sequence);
  }
  return lines.map((line) => {
    const sequence = (taken.get(keyOf(line)) ?? 0) + 1;
    taken.set(keyOf(line), sequence);
    return { ...line, sequence };
  });
}

/** Credits first, then by period, then as the plan lists its prices. */
function byPlace({ planVersions }: Billing): (a: UnnumberedLine, b: UnnumberedLine) => number {
  const rank = (line: UnnumberedLine): number =>
    present(planVersions.get(line.planVersion), `plan version ${line.planVersion}`).prices.findIndex((price) => price.key === line.price);
  return (a, b) =>
    Number(a.purpose !== "credit") - Number(b.purpose !== "credit") ||
    a.period.start - b.period.start ||
    a.period.end - b.period.end ||
    (a.planVersion < b.planVersion ? -1 : a.planVersion > b.planVersion ? 1 : rank(a) - rank(b));
}

function keyOf({ price, period, purpose }: UnnumberedLine): string {
  return `${price} ${period.start} ${period.end} ${purpose}`;
}
