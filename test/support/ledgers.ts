import { env } from "cloudflare:workers";
import { ledgerName } from "#domain/customers/customer";
import type { Id } from "#domain/ids";
import type { Api, WireCheck } from "#test/support/api";

/** The object that keeps a customer's ledger. */
export function ledgerOf(api: Api, customer: string) {
  return env.LEDGER.get(env.LEDGER.idFromName(ledgerName(api.environment as Id<"environment">, customer)));
}

/** What was used of the feature `calls` in the open window, as a check answers it. */
export async function used(api: Api, customer: string): Promise<string> {
  return (await api.post<WireCheck>("/v1/check", { customer, feature: "calls" })).used;
}

/** The total of a meter between two days, in UTC; "0" where the answer has no window. */
export async function metered(api: Api, customer: string, meter: string, from: string, to: string): Promise<string> {
  const { data } = await api.get<{ data: { value: string }[] }>(
    `/v1/meters/${meter}/query?customer=${customer}&from=${from}&to=${to}&time_zone=UTC`,
  );
  return data[0]?.value ?? "0";
}

/** A fixed shuffle, so that a failure can be seen again. */
export function shuffled<T>(items: readonly T[], seed = 7): T[] {
  const result = [...items];
  let state = seed;
  for (let last = result.length - 1; last > 0; last--) {
    state = (state * 48_271) % 2_147_483_647;
    const other = state % (last + 1);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
