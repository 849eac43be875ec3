import type { Context } from "#actions/context";
import { callLedger } from "#actions/usage/call-ledger";
import { customerKey } from "#actions/usage/customer-key";
import type { CheckDecision, EntitlementState } from "#domain/entitlements/check-entitlement";

/** May this customer do this, now? One hop; `quantity` is a decimal text. */
export async function checkEntitlement(
  context: Context,
  input: { readonly customer: string; readonly feature: string; readonly quantity: string },
): Promise<CheckDecision> {
  const ledger = context.ledgers(await customerKey(context, input.customer));
  const { feature, quantity } = input;
  const answer = await callLedger(context, ledger, (target, given) => target.check({ ...given, feature, quantity }));
  return answer.decision;
}

/** Everything the customer's subscriptions grant now. */
export async function listEntitlements(
  context: Context,
  input: { readonly customer: string },
): Promise<{ readonly states: readonly EntitlementState[]; readonly asOf: number }> {
  const ledger = context.ledgers(await customerKey(context, input.customer));
  return await callLedger(context, ledger, (target, given) => target.entitlements(given));
}
