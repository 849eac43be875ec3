import { commit } from "#actions/commit";
import type { Context, NewSecret } from "#actions/context";
import type { Result } from "#domain/result";
import type { ApiKey } from "#domain/tenancy/api-key";
import type { Scope } from "#domain/tenancy/scope";
import type { Instant } from "#domain/time/instant";
import { insertApiKey } from "#storage/queries/api-keys";

export type CreatedKey = { readonly apiKey: ApiKey; readonly secret: string };

/** A key of the context's environment that nobody has seen yet. */
export function newApiKey(
  context: Context,
  name: string,
  scopes: readonly Scope[],
  expiresAt: Instant | null,
): { apiKey: ApiKey } & NewSecret {
  const secret = context.newSecret(context.environment.kind);
  const createdAt = context.clock.wall();
  return {
    ...secret,
    apiKey: { id: context.ids.next("api_key"), name, lastFour: secret.lastFour, scopes, createdAt, expiresAt, revokedAt: null, version: 1 },
  };
}

/** Makes a key for the environment. The secret is in this answer and nowhere else. */
export async function createApiKey(
  context: Context,
  input: { readonly name: string; readonly scopes: readonly Scope[]; readonly expiresAt: Instant | null },
): Promise<Result<CreatedKey>> {
  const { apiKey, secret, hash } = newApiKey(context, input.name, input.scopes, input.expiresAt);
  return commit(context, {
    result: { apiKey, secret },
    events: [{ stream: `api_key/${apiKey.id}`, version: 1, type: "api_key.created", data: { api_key: apiKey.id } }],
    writes: [insertApiKey(context.db, context.environment.id, apiKey, hash)],
    audit: [{ action: "api_key.create", subject: apiKey.id, before: null, after: apiKey }],
  });
}
