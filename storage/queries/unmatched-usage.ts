import { and, asc, eq, gt, or, sql } from "drizzle-orm";
import type { Id } from "#domain/ids";
import type { Database, Write } from "#storage/database";
import type { Page, PageRequest } from "#storage/page";
import { unmatchedUsage } from "#storage/schema/events";

export type UnmatchedUsage = Omit<typeof unmatchedUsage.$inferSelect, "environmentId">;

/** Adds a fact a ledger reported. Facts are numbered, so one that comes again adds nothing. */
export function addUnmatched(db: Database, environmentId: Id<"environment">, fact: UnmatchedUsage): Write {
  const isNew = sql`excluded.fact_sequence > unmatched_usage.fact_sequence`;
  return db
    .insert(unmatchedUsage)
    .values({ ...fact, environmentId })
    .onConflictDoUpdate({
      target: [unmatchedUsage.environmentId, unmatchedUsage.customerKey, unmatchedUsage.reason, unmatchedUsage.eventType],
      set: {
        count: sql`unmatched_usage.count + excluded.count`,
        firstAt: sql`min(unmatched_usage.first_at, excluded.first_at)`,
        lastAt: sql`max(unmatched_usage.last_at, excluded.last_at)`,
        factSequence: sql`excluded.fact_sequence`,
      },
      setWhere: isNew,
    });
}

/** Nothing of this customer or type is unmatched any more. */
export function clearUnmatched(
  db: Database,
  environmentId: Id<"environment">,
  matched: { customerKey: string } | { eventType: string },
): Write {
  const place =
    "customerKey" in matched
      ? and(eq(unmatchedUsage.customerKey, matched.customerKey), eq(unmatchedUsage.reason, "customer"))
      : and(eq(unmatchedUsage.eventType, matched.eventType), eq(unmatchedUsage.reason, "type"));
  return db.delete(unmatchedUsage).where(and(eq(unmatchedUsage.environmentId, environmentId), place));
}

const SEPARATOR = "\n";

export async function listUnmatched(
  db: Database,
  environmentId: Id<"environment">,
  { limit, after }: PageRequest,
): Promise<Page<UnmatchedUsage>> {
  const [customerKey = "", reason = "", eventType = ""] = after?.split(SEPARATOR) ?? [];
  const { customerKey: c, reason: r, eventType: t } = unmatchedUsage;
  const past = or(gt(c, customerKey), and(eq(c, customerKey), or(sql`${r} > ${reason}`, and(sql`${r} = ${reason}`, gt(t, eventType)))));
  const rows = await db
    .select()
    .from(unmatchedUsage)
    .where(and(eq(unmatchedUsage.environmentId, environmentId), after === null ? undefined : past))
    .orderBy(asc(c), asc(r), asc(t))
    .limit(limit + 1);
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? [last.customerKey, last.reason, last.eventType].join(SEPARATOR) : null;
  return { data, nextCursor };
}
