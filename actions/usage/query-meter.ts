import type { Context } from "#actions/context";
import { callLedger } from "#actions/usage/call-ledger";
import { customerKey } from "#actions/usage/customer-key";
import type { Instant } from "#domain/time/instant";

/** A meter's totals between neighbouring boundaries, as decimal texts. Boundaries fall on quarter hours. */
export async function queryMeter(
  context: Context,
  input: { readonly meter: string; readonly customer: string; readonly boundaries: readonly Instant[] },
): Promise<readonly string[]> {
  const ledger = context.ledgers(await customerKey(context, input.customer));
  const { meter, boundaries } = input;
  const answer = await callLedger(context, ledger, (target, given) => target.queryMeter({ ...given, meter, boundaries }));
  return answer.values;
}
