import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { Id } from "#domain/ids";
import type { Instant } from "#domain/time/instant";
import type { Database, Write } from "#storage/database";
import type { Page, PageRequest } from "#storage/page";
import { eventProperty, eventType } from "#storage/schema/usage";

type EnvironmentId = Id<"environment">;

export type SeenType = {
  readonly type: string;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** Kinds of the values each property was seen with. */
  readonly properties: readonly { readonly name: string; readonly kinds: readonly string[] }[];
};

/** Properties of one type that are kept and shown; names made from data would be without end. */
const MOST_PROPERTIES = 500;

/** Adds what a ledger saw. */
export function saveSeenType(
  db: Database,
  environmentId: EnvironmentId,
  seen: { readonly type: string; readonly properties: Readonly<Record<string, readonly string[]>>; readonly at: Instant },
): Write[] {
  const { type, properties, at } = seen;
  const kinds = Object.entries(properties).flatMap(([name, all]) => all.map((kind) => [name, kind]));
  return [
    db
      .insert(eventType)
      .values({ environmentId, type, firstAt: at, lastAt: at })
      .onConflictDoUpdate({
        target: [eventType.environmentId, eventType.type],
        set: { firstAt: sql`min(event_type.first_at, excluded.first_at)`, lastAt: sql`max(event_type.last_at, excluded.last_at)` },
      }),
    db
      .insert(eventProperty)
      .select(
        sql`
        select ${environmentId}, ${type}, value ->> 0, value ->> 1, ${at} from json_each(${JSON.stringify(kinds)})
        where (select count(*) from event_property where environment_id = ${environmentId} and event_type = ${type}) < ${MOST_PROPERTIES}`,
      )
      .onConflictDoNothing(),
  ];
}

export async function listEventTypes(db: Database, environmentId: EnvironmentId, { limit, after }: PageRequest): Promise<Page<SeenType>> {
  const rows = await db
    .select()
    .from(eventType)
    .where(and(eq(eventType.environmentId, environmentId), after === null ? undefined : gt(eventType.type, after)))
    .orderBy(asc(eventType.type))
    .limit(limit + 1);
  const shown = rows.slice(0, limit);
  const properties = await propertiesOf(
    db,
    environmentId,
    shown.map(({ type }) => type),
  );
  const data = shown.map(({ type, firstAt, lastAt }) => ({ type, firstAt, lastAt, properties: properties.get(type) ?? [] }));
  return { data, nextCursor: rows.length > limit ? (data.at(-1)?.type ?? null) : null };
}

async function propertiesOf(
  db: Database,
  environmentId: EnvironmentId,
  types: readonly string[],
): Promise<Map<string, SeenType["properties"]>> {
  const rows = await db
    .select({ type: eventProperty.eventType, name: eventProperty.property, kinds: sql<string>`group_concat(${eventProperty.kind})` })
    .from(eventProperty)
    .where(
      and(
        eq(eventProperty.environmentId, environmentId),
        sql`${eventProperty.eventType} in (select value from json_each(${JSON.stringify(types)}))`,
      ),
    )
    .groupBy(eventProperty.eventType, eventProperty.property)
    .orderBy(asc(eventProperty.eventType), asc(eventProperty.property));
  const byType = new Map<string, { name: string; kinds: string[] }[]>();
  for (const { type, name, kinds } of rows) {
    const known = byType.get(type) ?? [];
    known.push({ name, kinds: kinds.split(",").sort() });
    byType.set(type, known);
  }
  return byType;
}
