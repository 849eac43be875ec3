import { env } from "cloudflare:workers";
import type { Context } from "#actions/context";
import { callLedger } from "#actions/usage/call-ledger";
import { present } from "#domain/assert";
import type { Id } from "#domain/ids";
import { UTC } from "#domain/time/zone";
import { database } from "#storage/database";
import { findEnvironment } from "#storage/queries/environments";
import type { Api } from "#test/support/api";
import { contextOf } from "#worker/context";

/** What an action of an environment is given, for looking where no route does. */
export async function contextFor(api: Api): Promise<Context> {
  const environment = await findEnvironment(database(env.DB), api.environment as Id<"environment">);
  const scene = { bindings: api.platform.bindings, requestId: "req_test", waitUntil: () => undefined };
  return contextOf(scene, present(environment, "environment of a test"), { type: "system", id: "test" });
}

/** What a meter says of a customer over all time; "0" where it says nothing. */
export async function usageOf(api: Api, customerKey: string, meter: string): Promise<string> {
  const context = await contextFor(api);
  const question = { meter, range: null, unit: null, zone: UTC, groupBy: [], filters: [] };
  const answer = await callLedger(context, context.ledgers(customerKey), (ledger, given) => ledger.queryMeter({ ...given, ...question }));
  if (answer.kind === "refused") throw new Error(answer.detail);
  return answer.rows[0]?.value ?? "0";
}
