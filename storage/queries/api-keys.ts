import { and, eq, gt } from "drizzle-orm";
import type { Id } from "#domain/ids";
import type { ApiKey } from "#domain/tenancy/api-key";
import type { Environment } from "#domain/tenancy/environment";
import type { Scope } from "#domain/tenancy/scope";
import type { Database, Write } from "#storage/database";
import { type Page, pageOf, type PageRequest } from "#storage/page";
import { readEnvironment } from "#storage/queries/environments";
import { apiKey, environment } from "#storage/schema/tenancy";

type Row = typeof apiKey.$inferSelect;

function readApiKey({ id, name, lastFour, scopes, createdAt, expiresAt, revokedAt, version }: Row): ApiKey {
  return { id, name, lastFour, scopes: scopes as readonly Scope[], createdAt, expiresAt, revokedAt, version };
}

/** The key with this hash and its environment, in one read: all that authentication needs. */
export async function findKeyByHash(db: Database, hash: string): Promise<{ apiKey: ApiKey; environment: Environment } | null> {
  const [row] = await db
    .select()
    .from(apiKey)
    .innerJoin(environment, eq(environment.id, apiKey.environmentId))
    .where(eq(apiKey.hash, hash))
    .limit(1);
  return row === undefined ? null : { apiKey: readApiKey(row.api_key), environment: readEnvironment(row.environment) };
}

export async function findApiKey(db: Database, environmentId: Id<"environment">, id: string): Promise<ApiKey | null> {
  const [row] = await db
    .select()
    .from(apiKey)
    .where(and(eq(apiKey.environmentId, environmentId), eq(apiKey.id, id as Id<"api_key">)))
    .limit(1);
  return row === undefined ? null : readApiKey(row);
}

export async function listApiKeys(db: Database, environmentId: Id<"environment">, { limit, after }: PageRequest): Promise<Page<ApiKey>> {
  const rows = await db
    .select()
    .from(apiKey)
    .where(and(eq(apiKey.environmentId, environmentId), after === null ? undefined : gt(apiKey.id, after as Id<"api_key">)))
    .orderBy(apiKey.id)
    .limit(limit + 1);
  return pageOf(rows, limit, readApiKey);
}

export function insertApiKey(db: Database, environmentId: Id<"environment">, key: ApiKey, hash: string): Write {
  return db.insert(apiKey).values({ ...key, environmentId, hash });
}

export function saveRevocation(db: Database, environmentId: Id<"environment">, { id, revokedAt, version }: ApiKey): Write {
  return db
    .update(apiKey)
    .set({ revokedAt, version })
    .where(and(eq(apiKey.environmentId, environmentId), eq(apiKey.id, id)));
}
