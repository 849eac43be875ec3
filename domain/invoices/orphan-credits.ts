import type { UnnumberedLine } from "#domain/invoices/billing";
import type { Line } from "#domain/invoices/line";
import { negated, total } from "#domain/money/money";

/** Whether a line is a charge as such, not one that takes a credit back: only such a one stands for its days. */
export function isOwnCharge({ purpose, reverses }: Line): boolean {
  return purpose === "charge" && reverses === null;
}

export function isCreditOf({ purpose, price, planVersion, reverses }: Line, charge: Line): boolean {
  return (
    purpose === "credit" &&
    price === charge.price &&
    planVersion === charge.planVersion &&
    reverses?.sequence === charge.sequence &&
    reverses.period.start === charge.period.start &&
    reverses.period.end === charge.period.end
  );
}

/**
 * Credits whose charge is billed no more, because its invoice was voided: the days are compared anew, so what was given back
 * for them is taken back. Whatever was taken back before counts, so the lines of one lost charge and period come to nothing.
 */
export function orphansTakenBack(billed: readonly Line[], charges: readonly Line[]): UnnumberedLine[] {
  const orphans = billed.filter(
    (line) => line.reverses !== null && !charges.some((charge) => isCreditOf({ ...line, purpose: "credit" }, charge)),
  );
  const byKey = Map.groupBy(orphans, ({ planVersion, price, period, reverses }) =>
    [planVersion, price, period.start, period.end, reverses?.period.start, reverses?.period.end, reverses?.sequence].join(" "),
  );
  return [...byKey.values()].flatMap((lines) => {
    const [first] = lines;
    if (first === undefined) return [];
    const given = total(
      lines.map((line) => line.amount),
      first.amount.currency,
    );
    if (given.amount === 0n) return [];
    const { sequence: _, ...facts } = first;
    const purpose = given.amount < 0n ? "charge" : "credit";
    return [{ ...facts, purpose, description: `${first.description} (taken back)`, amount: negated(given) }];
  });
}
