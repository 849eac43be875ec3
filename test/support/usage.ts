import type { WireEvent, WireInvoice } from "#test/support/api";

/** `count` calls of a customer at one instant; `name` keeps their ids apart. */
export function calls(customer: string, count: number, time: string, name = time): WireEvent[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${name}-${index}`, source: "test", type: "call", customer, time }));
}

/** What a reader of an invoice compares: price, purpose, quantity, amount in minor units, first and last-but-one day. */
export function linesOf({ lines }: Pick<WireInvoice, "lines">): [string, string, string, number, string, string][] {
  return lines.map(({ price, purpose, quantity, amount, period }) => [
    price,
    purpose,
    quantity,
    amount,
    day(period.start),
    day(period.end),
  ]);
}

/** Midnight in UTC is said as the day alone. */
function day(time: string): string {
  return time.replace("T00:00:00Z", "");
}
