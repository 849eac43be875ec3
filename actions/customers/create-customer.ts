import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { pushContract } from "#actions/contracts/push-contract";
import type { Customer } from "#domain/customers/customer";
import type { Result } from "#domain/result";
import type { Zone } from "#domain/time/zone";
import { insertCustomer } from "#storage/queries/customers";
import { billingEntityOf } from "#storage/queries/environments";
import { clearUnmatched } from "#storage/queries/unmatched-usage";

export type CreateCustomer = Pick<Customer, "name" | "email" | "currency" | "region" | "billingAddress"> & {
  readonly key: string | null;
  readonly timeZone: Zone | null;
};

/** Adds a customer. What its ledger has kept under this key already is counted as the contract arrives. */
export async function createCustomer(context: Context, input: CreateCustomer): Promise<Result<Customer>> {
  const { db, environment } = context;
  const id = context.ids.next("customer");
  const timeZone = input.timeZone ?? ((await billingEntityOf(db, environment.id)).timeZone as Zone);
  const customer: Customer = { ...input, id, key: input.key ?? id, timeZone, contractVersion: 1, version: 1 };
  const committed = await commit(context, {
    result: customer,
    events: [{ stream: `customer/${id}`, version: 1, type: "customer.created", data: { customer: id, key: customer.key } }],
    writes: [
      insertCustomer(db, environment.id, customer, context.clock.now()),
      clearUnmatched(db, environment.id, { customerKey: customer.key }),
    ],
    audit: [{ action: "customer.create", subject: id, before: null, after: customer }],
  });
  if (committed.ok) await pushContract(context, { customer: id });
  return committed;
}
