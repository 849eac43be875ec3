import { timingSafeEqual } from "node:crypto";
import { ok, refuse, type Result } from "#domain/result";
import { type ApiKey, isUsable, KEY_FORM } from "#domain/tenancy/api-key";
import type { Environment } from "#domain/tenancy/environment";
import { database } from "#storage/database";
import { findKeyByHash } from "#storage/queries/api-keys";
import { hashKey, type Scene, wallClock } from "#worker/context";
import type { Bindings } from "#worker/env";

export type Caller = { readonly apiKey: ApiKey; readonly environment: Environment };

/** A revoked key is known here for ten seconds at most; a sandbox's clock for one. */
const LIVE_FRESH_MS = 10_000;
const SANDBOX_FRESH_MS = 1_000;
const MOST_ENTRIES = 10_000;
/** Keys that nobody has, each remembered for as long as a live one. Whoever makes them up must not push out those that exist. */
const MOST_STRANGERS = 1_000;
/** After so many made-up keys in a second, a key never seen before is told to come later: each would cost a read of D1. */
const STRANGERS_A_SECOND = 100;

type Known = { readonly caller: Caller; readonly hash: string; readonly refreshAt: number; readonly until: number };

const callers = new Map<string, Known>();
const strangers = new Map<string, number>();
let refused = { second: 0, count: 0 };
const refreshing = new Set<string>();
/** How often this isolate has changed something: what was read before a change must not be kept after it. */
let changes = 0;

/** Who calls, from the bearer key. With a warm key this touches nothing but memory. */
export async function authenticate(
  { bindings, waitUntil }: Scene,
  header: string | undefined,
): Promise<Result<Caller, "unauthenticated" | "rate_limited">> {
  const key = /^Bearer ([^\s,]+)$/i.exec(header ?? "")?.[1];
  if (key === undefined || !KEY_FORM.test(key)) return refuse("unauthenticated", "Send an API key: Authorization: Bearer tg_…");
  const known = knownCaller(bindings, key, waitUntil);
  if (known === undefined && !callers.has(key) && tooManyStrangers())
    return refuse("rate_limited", "Too many unknown keys are being tried.");
  const caller = known === undefined ? await lookUp(bindings, key) : known;
  if (caller === null || !isUsable(caller.apiKey, wallClock()))
    return refuse("unauthenticated", "The API key is unknown, revoked or expired.");
  return ok(caller);
}

/** What is remembered. Past half its time one call renews it in the background, so that a busy key never waits for D1. */
function knownCaller(bindings: Bindings, key: string, waitUntil: Scene["waitUntil"]): Caller | null | undefined {
  const now = wallClock();
  if (now < (strangers.get(key) ?? 0)) return null;
  const known = callers.get(key);
  if (known === undefined || now >= known.until) return undefined;
  if (now >= known.refreshAt && !refreshing.has(key)) {
    refreshing.add(key);
    // A failure is nothing yet: the entry runs out, and the call that then needs D1 says so.
    const renewed = lookUp(bindings, key).catch(() => null);
    waitUntil(renewed.finally(() => refreshing.delete(key)));
  }
  return known.caller;
}

async function lookUp(bindings: Bindings, key: string): Promise<Caller | null> {
  const [now, changesBefore] = [wallClock(), changes];
  const hash = callers.get(key)?.hash ?? hashKey(key);
  const caller = await findKeyByHash(database(bindings.DB), hash);
  if (caller === null) countStranger(now);
  if (changes !== changesBefore) return caller;
  if (caller === null) {
    callers.delete(key);
    remember(strangers, key, now + LIVE_FRESH_MS, MOST_STRANGERS);
    return null;
  }
  const fresh = caller.environment.kind === "sandbox" ? SANDBOX_FRESH_MS : LIVE_FRESH_MS;
  strangers.delete(key);
  remember(callers, key, { caller, hash, refreshAt: now + fresh / 2, until: now + fresh }, MOST_ENTRIES);
  return caller;
}

/** Keeps the newest; what was written longest ago makes room. */
function remember<T>(entries: Map<string, T>, key: string, value: T, most: number): void {
  entries.delete(key);
  const [oldest] = entries.keys();
  if (entries.size >= most && oldest !== undefined) entries.delete(oldest);
  entries.set(key, value);
}

function countStranger(now: number): void {
  const second = Math.floor(now / 1_000);
  refused = { second, count: refused.second === second ? refused.count + 1 : 1 };
}

function tooManyStrangers(): boolean {
  return refused.second === Math.floor(wallClock() / 1_000) && refused.count >= STRANGERS_A_SECOND;
}

/** This isolate has changed the environment (its clock, its catalog, a key): its own callers see that at once. */
export function forgetEnvironment(environment: Environment["id"]): void {
  changes += 1;
  strangers.clear();
  for (const [key, { caller }] of callers) {
    if (caller.environment.id === environment) callers.delete(key);
  }
}

/** The operator's token opens one door: creating an organization. Compared in constant time. */
export function isOperator(bindings: Bindings, header: string | undefined): boolean {
  const token = /^Bearer (\S+)$/i.exec(header ?? "")?.[1];
  if (!bindings.BOOTSTRAP_TOKEN || token === undefined) return false;
  return timingSafeEqual(Buffer.from(hashKey(token)), Buffer.from(hashKey(bindings.BOOTSTRAP_TOKEN)));
}
