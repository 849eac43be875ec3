import type { Id } from "#domain/ids";
import { ok, refuse, type Result } from "#domain/result";
import type { Scope } from "#domain/tenancy/scope";
import type { Instant } from "#domain/time/instant";

/** What is known of a key after it was shown: never the key itself. Times are wall clock. */
export type ApiKey = {
  readonly id: Id<"api_key">;
  readonly name: string;
  readonly lastFour: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly version: number;
};

export function isUsable({ expiresAt, revokedAt }: ApiKey, wall: Instant): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > wall);
}

export function revoke(key: ApiKey, wall: Instant): Result<ApiKey, "already_revoked"> {
  return key.revokedAt === null ? ok({ ...key, revokedAt: wall }) : refuse("already_revoked", "The key is revoked already.");
}

/** The form of a key: which kind of environment it opens can be read from it. */
export const KEY_FORM = /^tg_(live|test)_[A-Za-z0-9_-]{43}$/;
