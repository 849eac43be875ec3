import { createHash } from "node:crypto";
import type { IdempotentRequest } from "#actions/context";
import type { JsonValue } from "#domain/metering/usage-event";
import { ok, refuse, refuseField, type Result } from "#domain/result";
import type { Database } from "#storage/database";
import { findAnswer, type StoredAnswer } from "#storage/queries/idempotency";
import type { AnswerScope } from "#storage/schema/tenancy";
import { json } from "#worker/json-answer";

/**
 * The POSTs that take no `Idempotency-Key`: they change nothing, or what they change has an identity of its own. Every other
 * POST takes one; `route` refuses to register one that does not.
 */
export const WITHOUT_KEY: ReadonlySet<string> = new Set(["recordUsage", "loadBackfill", "checkEntitlement", "evaluateMeter"]);

/** How often a decision that lost a race is made again before the caller is told. */
const MOST_TRIES = 4;

export function readKey(header: string | undefined): Result<string | null, "invalid_header"> {
  if (header === undefined) return ok(null);
  if (!/^[\x21-\x2b\x2d-\x7e]{1,255}$/.test(header))
    return refuseField("invalid_header", "/idempotency-key", "An Idempotency-Key is 1 to 255 visible ASCII characters, without comma.");
  return ok(header);
}

/** What is said twice under one key must be the same: the path with its query, and the body as the exact parser reads it. */
export function idempotentRequest(given: {
  readonly scope: AnswerScope;
  readonly route: string;
  readonly key: string;
  readonly url: string;
  /** Undefined where the route takes none. */
  readonly body: JsonValue | undefined;
  readonly answer: IdempotentRequest["answer"];
}): IdempotentRequest {
  const { scope, route, key, url, body, answer } = given;
  const { pathname, search } = new URL(url);
  const said = `${pathname}${search}\n${body === undefined ? "" : JSON.stringify(sorted(body))}`;
  return { scope, route, key, requestHash: createHash("sha256").update(said).digest("hex"), answer };
}

/** The order of fields says nothing. */
function sorted(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}

export type Once<T> = { readonly stored: StoredAnswer } | { readonly result: T };

/**
 * Does the work of a call, or answers what the first call under its key was answered. A decision that lost a race is made
 * again; a refusal may be what an equal call did a moment ago, so the stored answer is looked for once more before it stands.
 */
export async function once<T>(db: Database, request: IdempotentRequest | null, work: () => Promise<Result<T>>): Promise<Result<Once<T>>> {
  for (let tries = 1; ; tries++) {
    const earlier = await earlierAnswer(db, request);
    if (earlier !== null) return earlier;
    const result = await work();
    if (result.ok) return ok({ result: result.value });
    if (result.error.code === "conflict" && tries < MOST_TRIES) continue;
    return (await earlierAnswer(db, request)) ?? result;
  }
}

async function earlierAnswer(
  db: Database,
  request: IdempotentRequest | null,
): Promise<Result<{ readonly stored: StoredAnswer }, "idempotency_key_reused"> | null> {
  const stored = request && (await findAnswer(db, request));
  if (stored === null) return null;
  return stored.requestHash === request?.requestHash
    ? ok({ stored })
    : refuse("idempotency_key_reused", "This Idempotency-Key was used for another request.");
}

export function replayed({ status, body }: StoredAnswer): Response {
  return json(status, body, { "idempotent-replayed": "true" });
}
