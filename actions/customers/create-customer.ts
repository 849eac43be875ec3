import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { pushContract } from "#actions/contracts/push-contract";
import { assignments, factOf, writesOf } from "#actions/subjects/assign-subject";
import { forgetAddresses } from "#actions/usage/resolve-subjects";
import type { Customer } from "#domain/customers/customer";
import { refuseField, type Result } from "#domain/result";
import type { Zone } from "#domain/time/zone";
import { insertCustomer } from "#storage/queries/customers";
import { billingEntityOf } from "#storage/queries/environments";
import { clearUnmatched } from "#storage/queries/unmatched-usage";

export type CreateCustomer = Pick<Customer, "name" | "email" | "currency" | "region" | "billingAddress"> & {
  readonly key: string | null;
  readonly timeZone: Zone | null;
  readonly subjects: readonly string[];
};

/** Adds a customer. What its ledger has kept under this key is counted as the contract arrives, what its subjects have is replayed. */
export async function createCustomer(context: Context, input: CreateCustomer): Promise<Result<Customer>> {
  const { db, environment } = context;
  const id = context.ids.next("customer");
  const timeZone = input.timeZone ?? ((await billingEntityOf(db, environment.id)).timeZone as Zone);
  const { subjects, ...facts } = input;
  const customer: Customer = { ...facts, id, key: input.key ?? id, timeZone, contractVersion: 1, version: 1 };
  const assigned = await assignments(
    context,
    customer,
    subjects.map((subject) => ({ subject, from: null })),
  );
  if (!assigned.ok) return assigned;
  const taken = assigned.value.findIndex(({ ended }) => ended !== null);
  if (taken !== -1)
    return refuseField("subject_taken", `/subjects/${taken}`, `${subjects[taken]} is another customer's; move it afterwards.`);
  const committed = await commit(context, {
    result: customer,
    events: [
      { stream: `customer/${id}`, version: 1, type: "customer.created", data: { customer: id, key: customer.key } },
      ...assigned.value.map(factOf),
    ],
    writes: [
      insertCustomer(db, environment.id, customer, context.clock.now()),
      ...assigned.value.flatMap((assignment) => writesOf(context, assignment)),
      clearUnmatched(db, environment.id, { customerKey: customer.key }),
    ],
    audit: [{ action: "customer.create", subject: id, before: null, after: customer }],
  });
  if (committed.ok && !context.preview) forgetAddresses(environment.id);
  if (committed.ok) await pushContract(context, { customer: id });
  return committed;
}
