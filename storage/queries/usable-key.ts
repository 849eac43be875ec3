import { type SQL, sql } from "drizzle-orm";
import type { Id } from "#domain/ids";
import type { Instant } from "#domain/time/instant";

/** The id of a key, read back from its row inside the statement that uses it: null once it is revoked or has expired. */
export function usableKeyId(environmentId: Id<"environment">, id: Id<"api_key">, wall: Instant): SQL<string> {
  return sql<string>`(select id from api_key where environment_id = ${environmentId} and id = ${id} and revoked_at is null and (expires_at is null or expires_at > ${wall}))`;
}
