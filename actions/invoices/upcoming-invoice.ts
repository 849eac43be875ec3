import type { Context } from "#actions/context";
import { loadBilling } from "#actions/invoices/load-billing";
import { draftLines } from "#domain/invoices/draft-lines";
import type { Line } from "#domain/invoices/line";
import type { Currency } from "#domain/money/currency";
import { type Money, total } from "#domain/money/money";
import type { Customer } from "#domain/customers/customer";
import { ok, refuse, type Result } from "#domain/result";
import type { Instant } from "#domain/time/instant";
import { findCustomer } from "#storage/queries/customers";
import { subscriptionsOf } from "#storage/queries/subscriptions";

/** One sum per currency: mixed currencies never add. */
export type UpcomingInvoice = {
  readonly customer: Customer;
  readonly asOf: Instant;
  readonly bills: readonly { readonly currency: Currency; readonly total: Money; readonly lines: readonly Line[] }[];
};

/** The bill so far: what would be billed if every open period closed now. The invoice's own function, exact to the last event. */
export async function upcomingInvoice(context: Context, input: { readonly customer: string }): Promise<Result<UpcomingInvoice>> {
  const { db, environment } = context;
  const customer = await findCustomer(db, environment.id, input.customer);
  if (customer === null) return refuse("not_found", "There is no such customer.");
  const asOf = context.clock.now();
  const subscriptions = await subscriptionsOf(db, environment.id, customer.id);
  const lines = await Promise.all(
    subscriptions.map(async (subscription) =>
      draftLines(await loadBilling(context, { subscription, asOf, includeOpen: true, freezeFor: null })),
    ),
  );
  const byCurrency = Map.groupBy(lines.flat(), ({ amount }) => amount.currency);
  const currencies = new Set([...subscriptions.map(({ currency }) => currency), ...byCurrency.keys()]);
  const bills = [...currencies].map((currency) => {
    const own = byCurrency.get(currency) ?? [];
    return {
      currency,
      lines: own,
      total: total(
        own.map(({ amount }) => amount),
        currency,
      ),
    };
  });
  return ok({ customer, asOf, bills });
}
