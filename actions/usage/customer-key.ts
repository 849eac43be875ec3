import type { Context } from "#actions/context";
import { isId } from "#domain/ids";
import { findCustomer } from "#storage/queries/customers";

const FRESH_MS = 10_000;
const MOST_ENTRIES = 10_000;
const directory = new Map<string, { key: string; until: number }>();

/** Hot routes take a customer's key. Its id is accepted too and looked up, remembered for ten seconds at most. */
export async function customerKey(context: Context, keyOrId: string): Promise<string> {
  if (!isId("customer", keyOrId)) return keyOrId;
  const name = `${context.environment.id} ${keyOrId}`;
  const known = directory.get(name);
  if (known !== undefined && known.until > context.clock.wall()) return known.key;
  const found = await findCustomer(context.db, context.environment.id, keyOrId);
  if (found === null) return keyOrId;
  if (directory.size >= MOST_ENTRIES) directory.clear();
  directory.set(name, { key: found.key, until: context.clock.wall() + FRESH_MS });
  return found.key;
}
