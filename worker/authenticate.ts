import { timingSafeEqual } from "node:crypto";
import { ok, refuse, type Result } from "#domain/result";
import { type ApiKey, isUsable, KEY_FORM } from "#domain/tenancy/api-key";
import type { Environment } from "#domain/tenancy/environment";
import { database } from "#storage/database";
import { findKeyByHash } from "#storage/queries/api-keys";
import { hashKey, wallClock } from "#worker/context";
import type { Bindings } from "#worker/env";

export type Caller = { readonly apiKey: ApiKey; readonly environment: Environment };

/** A revoked key is known here for ten seconds at most; a sandbox's clock for one. */
const LIVE_FRESH_MS = 10_000;
const SANDBOX_FRESH_MS = 1_000;
const MOST_ENTRIES = 10_000;

const callers = new Map<string, { caller: Caller | null; hash: string; until: number }>();

/** Who calls, from the bearer key. With a warm key this touches nothing but memory. */
export async function authenticate(bindings: Bindings, header: string | undefined): Promise<Result<Caller, "unauthenticated">> {
  const key = /^Bearer ([^\s,]+)$/i.exec(header ?? "")?.[1];
  if (key === undefined || !KEY_FORM.test(key)) return refuse("unauthenticated", "Send an API key: Authorization: Bearer tg_…");
  const caller = await callerOf(bindings, key);
  if (caller === null || !isUsable(caller.apiKey, wallClock()))
    return refuse("unauthenticated", "The API key is unknown, revoked or expired.");
  return ok(caller);
}

async function callerOf(bindings: Bindings, key: string): Promise<Caller | null> {
  const known = callers.get(key);
  if (known !== undefined && known.until > wallClock()) return known.caller;
  const hash = known?.hash ?? hashKey(key);
  const caller = await findKeyByHash(database(bindings.DB), hash);
  if (callers.size >= MOST_ENTRIES) callers.clear();
  const fresh = caller?.environment.kind === "sandbox" ? SANDBOX_FRESH_MS : LIVE_FRESH_MS;
  callers.set(key, { caller, hash, until: wallClock() + fresh });
  return caller;
}

/** This isolate has changed the environment (its clock, its catalog, a key): its own callers see that at once. */
export function forgetEnvironment(environment: Environment["id"]): void {
  for (const [key, { caller }] of callers) {
    if (caller === null || caller.environment.id === environment) callers.delete(key);
  }
}

/** The operator's token opens one door: creating an organization. Compared in constant time. */
export function isOperator(bindings: Bindings, header: string | undefined): boolean {
  const token = /^Bearer (\S+)$/i.exec(header ?? "")?.[1];
  if (!bindings.BOOTSTRAP_TOKEN || token === undefined) return false;
  return timingSafeEqual(Buffer.from(hashKey(token)), Buffer.from(hashKey(bindings.BOOTSTRAP_TOKEN)));
}
