import type { Context } from "#actions/context";
import { ok, refuse, type Result } from "#domain/result";
import { isUsable } from "#domain/tenancy/api-key";
import { findApiKey } from "#storage/queries/api-keys";

/**
 * Whether the caller's key is good at this moment. A batch of D1 tells by itself; what takes effect in a ledger has to ask
 * first, because a key is remembered for some seconds after it was revoked.
 */
export async function checkKey({ db, environment, actor, clock }: Context): Promise<Result<null, "key_revoked">> {
  if (actor.type === "system") return ok(null);
  const key = await findApiKey(db, environment.id, actor.id);
  return key !== null && isUsable(key, clock.wall()) ? ok(null) : refuse("key_revoked", "The API key has been revoked or has expired.");
}
