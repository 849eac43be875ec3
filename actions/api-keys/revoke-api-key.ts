import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import { refuse, type Result } from "#domain/result";
import { type ApiKey, revoke } from "#domain/tenancy/api-key";
import { findApiKey, saveRevocation } from "#storage/queries/api-keys";

/** Ends a key: it cannot write from this instant, and no cache knows it for more than ten seconds longer. */
export async function revokeApiKey(context: Context, input: { readonly id: string }): Promise<Result<ApiKey>> {
  const found = await findApiKey(context.db, context.environment.id, input.id);
  if (found === null) return refuse("not_found", "There is no such API key.");
  const revoked = revoke(found, context.clock.wall());
  if (!revoked.ok) return revoked;
  const changed = { ...revoked.value, version: found.version + 1 };
  return commit(context, {
    result: changed,
    events: [{ stream: `api_key/${found.id}`, version: changed.version, type: "api_key.revoked", data: { api_key: found.id } }],
    writes: [saveRevocation(context.db, context.environment.id, changed)],
    audit: [{ action: "api_key.revoke", subject: found.id, before: found, after: changed }],
  });
}
