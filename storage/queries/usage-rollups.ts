import { and, asc, eq, gte, lt, ne, sql } from "drizzle-orm";
import type { Id } from "#domain/ids";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import type { Database, Write } from "#storage/database";
import { rare } from "#storage/rare";
import { usageRollup } from "#storage/schema/usage";

type EnvironmentId = Id<"environment">;

/** Dimension values by name, absent ones null; without names the total of all groups. */
export type RollupGroup = Readonly<Record<string, string | null>>;

/** An hour as a ledger tells it. */
export type Rollup = {
  readonly meter: string;
  readonly group: RollupGroup;
  readonly hour: Instant;
  readonly state: string;
  readonly version: number;
};

export type HourOfCustomer = {
  readonly customerKey: string;
  readonly group: RollupGroup;
  readonly hour: Instant;
  readonly state: string;
};

/** A statement binds at most so much text; D1 takes two million bytes. */
const TEXT_A_STATEMENT = 400_000;
const PAGE = 1_000;

/** Names sorted, so that one group has one text. */
function groupText(group: RollupGroup): string {
  return JSON.stringify(Object.fromEntries(Object.entries(group).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/**
 * Writes whole hours of a ledger over what is older: a group that an hour no longer has goes. Nothing changes when they come
 * again or in another order.
 */
export function saveRollups(db: Database, environmentId: EnvironmentId, customerKey: string, hours: readonly Rollup[]): Write[] {
  if (hours.length === 0) return [];
  const told = JSON.stringify([...new Map(hours.map(({ meter, hour, version }) => [`${hour} ${meter}`, [meter, hour, version]])).values()]);
  const isTold = sql`(meter, hour) in (select value ->> 0, value ->> 1 from json_each(${told}))`;
  const toldVersion = sql`(select value ->> 2 from json_each(${told}) where value ->> 0 = usage_rollup.meter and value ->> 1 = usage_rollup.hour)`;
  const forgotten = db
    .delete(usageRollup)
    .where(
      and(
        eq(usageRollup.environmentId, environmentId),
        eq(usageRollup.customerKey, customerKey),
        isTold,
        sql`${usageRollup.version} < ${toldVersion}`,
      ),
    );
  const written = chunks(hours).map((list) =>
    db
      .insert(usageRollup)
      .select(
        sql`
        select ${environmentId}, value ->> 0, value ->> 1, ${customerKey}, value ->> 2, value ->> 3, value ->> 4
        from json_each(${list}) told
        where not exists (
          select 1 from usage_rollup known
          where known.environment_id = ${environmentId} and known.customer_key = ${customerKey}
            and known.meter = told.value ->> 0 and known.hour = told.value ->> 1 and known.version > told.value ->> 4)`,
      )
      .onConflictDoUpdate({
        target: [usageRollup.environmentId, usageRollup.meter, usageRollup.hour, usageRollup.customerKey, usageRollup.group],
        set: { state: sql`excluded.state`, version: sql`excluded.version` },
      }),
  );
  return [forgotten, ...written];
}

/** JSON lists of at most so much text. */
function chunks(hours: readonly Rollup[]): string[] {
  const lists: string[][] = [];
  let room = 0;
  for (const { meter, hour, group, state, version } of hours) {
    const row = JSON.stringify([meter, hour, groupText(group), state, version]);
    if (row.length > room) {
      lists.push([]);
      room = TEXT_A_STATEMENT;
    }
    lists.at(-1)?.push(row);
    room -= row.length;
  }
  return lists.map((rows) => `[${rows.join(",")}]`);
}

export function deleteRollups(db: Database, environmentId: EnvironmentId, customerKey: string): Write {
  return db.delete(usageRollup).where(and(eq(usageRollup.environmentId, environmentId), rare(eq(usageRollup.customerKey, customerKey))));
}

export type RollupQuestion = {
  readonly meter: string;
  readonly range: Period;
  readonly customers: readonly string[] | null;
  /** The totals of each group of the meter's dimensions, or (false) the one of all of them together. Never add the two up. */
  readonly ofGroups: boolean;
};

/** The group of an hour's total over all groups. */
const ALL_GROUPS = "{}";

/**
 * The hours of a meter that begin in a range, of some customers or of all, in order of time, page by page. `state` is what
 * the meter's algebra encodes: decode and merge it.
 */
export async function* hourlyRollups(
  db: Database,
  environmentId: EnvironmentId,
  { meter, range, customers, ofGroups }: RollupQuestion,
): AsyncGenerator<readonly HourOfCustomer[]> {
  const { hour, customerKey, group, state } = usageRollup;
  const wanted = customers === null ? undefined : sql`${customerKey} in (select value from json_each(${JSON.stringify(customers)}))`;
  let past = sql`true`;
  for (;;) {
    const rows = await db
      .select({ hour, customerKey, group, state })
      .from(usageRollup)
      .where(
        and(
          eq(usageRollup.environmentId, environmentId),
          eq(usageRollup.meter, meter),
          gte(hour, range.start),
          lt(hour, range.end),
          ofGroups ? ne(group, ALL_GROUPS) : eq(group, ALL_GROUPS),
          wanted,
          past,
        ),
      )
      .orderBy(asc(hour), asc(customerKey), asc(group))
      .limit(PAGE);
    if (rows.length > 0) yield rows.map((row) => ({ ...row, group: JSON.parse(row.group) as RollupGroup }));
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) return;
    past = sql`(${hour}, ${customerKey}, ${group}) > (${last.hour}, ${last.customerKey}, ${last.group})`;
  }
}

/** The last hour in which each meter counted anything. */
export async function lastHours(db: Database, environmentId: EnvironmentId, meters: readonly string[]): Promise<Map<string, Instant>> {
  const rows = await db.all<{ meter: string; hour: Instant | null }>(sql`
    select name.value as meter,
      (select max(r.hour) from usage_rollup r where r.environment_id = ${environmentId} and r.meter = name.value) as hour
    from json_each(${JSON.stringify(meters)}) name`);
  return new Map(rows.flatMap(({ meter, hour }) => (hour === null ? [] : [[meter, hour] as const])));
}
