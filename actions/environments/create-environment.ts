import { type CreatedKey, newApiKey } from "#actions/api-keys/create-api-key";
import { commit } from "#actions/commit";
import { clockOf, type Context } from "#actions/context";
import type { Result } from "#domain/result";
import type { Environment } from "#domain/tenancy/environment";
import type { Instant } from "#domain/time/instant";
import type { Write } from "#storage/database";
import { insertApiKey } from "#storage/queries/api-keys";
import { insertBillingEntity, insertEnvironment, organizationName } from "#storage/queries/environments";

export type CreatedEnvironment = { readonly environment: Environment } & CreatedKey;

/** A new environment with its seller, its invoice series and a first key that may do everything in it. */
export function newEnvironment(context: Context, seller: string): { created: CreatedEnvironment; writes: Write[] } {
  const { environment, db } = context;
  const { apiKey, secret, hash } = newApiKey(context, "First key", ["admin"], null);
  const createdAt = context.clock.wall();
  const entity = {
    environmentId: environment.id,
    id: context.ids.next("billing_entity"),
    name: seller,
    email: null,
    address: null,
    timeZone: "UTC",
    invoicePrefix: "INV",
    createdAt,
  };
  const writes = [
    insertEnvironment(db, environment, createdAt),
    ...insertBillingEntity(db, entity),
    insertApiKey(db, environment.id, apiKey, hash),
  ];
  return { created: { environment, apiKey, secret }, writes };
}

/** Makes a sandbox in the organization of the caller. Its clock stands at `clockAt` (default: now) until it is advanced. */
export async function createEnvironment(
  context: Context,
  input: { readonly key: string; readonly name: string; readonly clockAt: Instant | null },
): Promise<Result<CreatedEnvironment>> {
  const environment: Environment = {
    id: context.ids.next("environment"),
    organizationId: context.environment.organizationId,
    kind: "sandbox",
    key: input.key,
    name: input.name,
    clockAt: input.clockAt ?? context.clock.wall(),
    catalogVersion: 1,
    version: 1,
  };
  const seller = await organizationName(context.db, environment.organizationId);
  const { created, writes } = newEnvironment({ ...context, environment, clock: clockOf(environment, context.clock.wall) }, seller);
  return commit(context, {
    result: created,
    events: [{ stream: `environment/${environment.id}`, version: 1, type: "environment.created", data: { environment: environment.id } }],
    writes,
    audit: [{ action: "environment.create", subject: environment.id, before: null, after: environment }],
  });
}
