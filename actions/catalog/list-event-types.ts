import type { Context } from "#actions/context";
import { metersOfTypes } from "#storage/queries/catalog";
import { listEventTypes as listSeen, type SeenType } from "#storage/queries/event-types";
import { lastHours } from "#storage/queries/usage-rollups";
import type { Page, PageRequest } from "#storage/page";

export type CataloguedType = SeenType & { readonly meters: readonly string[] };

/** What has arrived, and what is made of it. */
export async function listEventTypes({ db, environment }: Context, request: PageRequest): Promise<Page<CataloguedType>> {
  const page = await listSeen(db, environment.id, request);
  const read = await metersOfTypes(
    db,
    environment.id,
    page.data.map(({ type }) => type),
  );
  const meters = read.filter(({ archivedAt }) => archivedAt === null);
  const hours = await lastHours(
    db,
    environment.id,
    meters.map(({ key }) => key),
  );
  const data = page.data.map((seen) => {
    const keys = meters.filter(({ eventType }) => eventType === seen.type).map(({ key }) => key);
    return { ...seen, meters: keys, lastAt: Math.max(seen.lastAt, ...keys.map((key) => hours.get(key) ?? 0)) };
  });
  return { data, nextCursor: page.nextCursor };
}
