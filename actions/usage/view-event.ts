import type { Context } from "#actions/context";
import { invoicesById } from "#actions/invoices/bill-effects";
import { callLedger } from "#actions/usage/call-ledger";
import { customerKey } from "#actions/usage/customer-key";
import type { Id } from "#domain/ids";
import type { Invoice } from "#domain/invoices/invoice";
import { ok, refuse, refuseField, type Result } from "#domain/result";
import type { EventTrace, ListEventsCall, LoggedEvent } from "#objects/usage-calls";
import type { Page } from "#storage/page";

/** An event with its history and what it did, and the invoices it is on. */
export type ViewedEvent = {
  readonly customer: string;
  readonly trace: EventTrace;
  readonly invoices: ReadonlyMap<Id<"invoice">, Invoice>;
};

export async function viewEvent(
  context: Context,
  input: { readonly customer: string; readonly id: string; readonly source: string | null },
): Promise<Result<ViewedEvent>> {
  const customer = await customerKey(context, input.customer);
  const { id, source } = input;
  const { trace, ambiguous } = await callLedger(context, context.ledgers(customer), (ledger, given) =>
    ledger.findEvent({ ...given, id, source }),
  );
  if (ambiguous) return refuseField("ambiguous_source", "/source", "Several sources have sent an event with this id.");
  if (trace === null) return refuse("not_found", "There is no such event.");
  const invoices = await invoicesById(
    context,
    trace.counted.flatMap(({ invoice }) => invoice ?? []),
  );
  return ok({ customer, trace, invoices });
}

export type ListEvents = Pick<ListEventsCall, "range" | "types" | "statuses" | "filters" | "limit" | "cursor"> & {
  readonly customer: string;
};

/** A customer's events, newest first. */
export async function listEvents(
  context: Context,
  input: ListEvents,
): Promise<{ readonly customer: string; readonly page: Page<LoggedEvent> }> {
  const { customer: named, ...question } = input;
  const customer = await customerKey(context, named);
  const answer = await callLedger(context, context.ledgers(customer), (ledger, given) => ledger.listEvents({ ...given, ...question }));
  return { customer, page: { data: answer.events, nextCursor: answer.cursor } };
}
