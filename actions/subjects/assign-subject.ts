import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { forgetAddresses, LIVE_FRESH_MS } from "#actions/usage/resolve-subjects";
import type { Customer } from "#domain/customers/customer";
import { type Assignment, assignSubject as decide, type Subject } from "#domain/customers/subject";
import type { DomainEvent } from "#domain/events";
import { ok, refuse, refuseField, type Result } from "#domain/result";
import type { Instant } from "#domain/time/instant";
import type { Write } from "#storage/database";
import { findCustomer } from "#storage/queries/customers";
import { findAddresses, MOST_MOVES, saveSubject, subjectHistories } from "#storage/queries/subjects";

export type AssignSubject = { readonly customer: string; readonly subject: string; readonly from: Instant | null };

/** Gives a subject to a customer. What was kept of it is replayed into the customer's ledger by the outbox. */
export async function assignSubject(context: Context, input: AssignSubject): Promise<Result<Subject>> {
  const customer = await findCustomer(context.db, context.environment.id, input.customer);
  if (customer === null) return refuse("not_found", "There is no such customer.");
  const decided = await assignments(context, customer, [input]);
  if (!decided.ok) return decided;
  const [assignment] = decided.value;
  if (assignment === undefined) return refuse("not_found", "There is no such subject.");
  const committed = await commit(context, {
    result: assignment.begun,
    events: [factOf(assignment)],
    writes: writesOf(context, assignment),
    audit: [{ action: "subject.assign", subject: customer.id, before: assignment.ended, after: assignment.begun }],
  });
  if (!context.preview) forgetAddresses(context.environment.id);
  return committed;
}

/** The instant from which every way in knows of a change made now. */
export function noticedFrom({ environment, clock }: Context): Instant {
  return clock.now() + (environment.kind === "live" ? LIVE_FRESH_MS : 0);
}

/** Decides several assignments to one customer, who may be about to be created. */
export async function assignments(
  context: Context,
  customer: Pick<Customer, "id" | "key">,
  wanted: readonly { readonly subject: string; readonly from: Instant | null }[],
): Promise<Result<Assignment[]>> {
  const { db, environment } = context;
  if (wanted.length === 0) return ok([]);
  const names = wanted.map(({ subject }) => subject);
  const [histories, addresses] = await Promise.all([subjectHistories(db, environment.id, names), findAddresses(db, environment.id, names)]);
  const holder = { customerId: customer.id, customerKey: customer.key };
  const decided: Assignment[] = [];
  for (const { subject, from } of wanted) {
    const history = histories.get(subject) ?? [];
    if (history.length >= MOST_MOVES) return refuseField("too_many", "/subject", `A subject moves at most ${MOST_MOVES} times.`);
    const namesakes = addresses.filter(
      ({ kind, name, customerKey }) => kind === "customer" && name === subject && customerKey !== customer.key,
    );
    const next = decide(history, { subject, holder, from, noticed: noticedFrom(context), namesake: namesakes[0]?.customerKey ?? null });
    if (!next.ok) return next;
    decided.push(next.value);
  }
  return ok(decided);
}

export function factOf({ begun }: Assignment): DomainEvent {
  const { subject, customerId, from, version } = begun;
  return { stream: `subject/${subject}`, version, type: "subject.assigned", data: { subject, customer: customerId, from } };
}

export function writesOf({ db, environment }: Context, { ended, begun }: Assignment): Write[] {
  return [...(ended === null ? [] : [saveSubject(db, environment.id, ended)]), saveSubject(db, environment.id, begun)];
}
