import { and, asc, eq, lte, sql } from "drizzle-orm";
import type { Id } from "#domain/ids";
import type { Database, Write } from "#storage/database";
import type { Page, PageRequest } from "#storage/page";
import { rare } from "#storage/rare";
import { unmatchedUsage } from "#storage/schema/usage";

export type UnmatchedUsage = Omit<typeof unmatchedUsage.$inferSelect, "environmentId">;

/** Adds a fact that a ledger reported; a count below zero says how many are matched now. Its commit guards against adding it twice. */
export function addUnmatched(db: Database, environmentId: Id<"environment">, fact: Omit<UnmatchedUsage, "refusal">): Write[] {
  const { customerKey, reason, eventType } = fact;
  const added = db
    .insert(unmatchedUsage)
    .values({ ...fact, environmentId, refusal: null })
    .onConflictDoUpdate({
      target: [unmatchedUsage.environmentId, unmatchedUsage.customerKey, unmatchedUsage.reason, unmatchedUsage.eventType],
      set: {
        count: sql`unmatched_usage.count + excluded.count`,
        firstAt: sql`min(unmatched_usage.first_at, excluded.first_at)`,
        lastAt: sql`max(unmatched_usage.last_at, excluded.last_at)`,
      },
    });
  const row = and(
    eq(unmatchedUsage.environmentId, environmentId),
    eq(unmatchedUsage.customerKey, customerKey),
    eq(unmatchedUsage.reason, reason),
    eq(unmatchedUsage.eventType, eventType),
  );
  return [added, db.delete(unmatchedUsage).where(and(row, lte(unmatchedUsage.count, 0)))];
}

/** Says why the ledger of the right customer would not take what is kept of a type. */
export function noteRefusals(
  db: Database,
  environmentId: Id<"environment">,
  customerKey: string,
  refused: Readonly<Record<string, string>>,
): Write[] {
  return Object.entries(refused).map(([type, refusal]) =>
    db
      .update(unmatchedUsage)
      .set({ refusal })
      .where(
        and(
          eq(unmatchedUsage.environmentId, environmentId),
          eq(unmatchedUsage.customerKey, customerKey),
          eq(unmatchedUsage.reason, "customer"),
          eq(unmatchedUsage.eventType, type),
        ),
      ),
  );
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
      : and(rare(eq(unmatchedUsage.eventType, matched.eventType)), eq(unmatchedUsage.reason, "type"));
  return db.delete(unmatchedUsage).where(and(eq(unmatchedUsage.environmentId, environmentId), place));
}

export type UnmatchedFilter = {
  readonly reason: UnmatchedUsage["reason"] | null;
  readonly customerKey: string | null;
  readonly eventType: string | null;
};

const SEPARATOR = "\n";

export async function listUnmatched(
  db: Database,
  environmentId: Id<"environment">,
  { limit, after, reason, customerKey, eventType }: PageRequest & UnmatchedFilter,
): Promise<Page<UnmatchedUsage>> {
  const { customerKey: c, reason: r, eventType: t } = unmatchedUsage;
  const [pastCustomer = "", pastReason = "", pastType = ""] = after?.split(SEPARATOR) ?? [];
  const rows = await db
    .select()
    .from(unmatchedUsage)
    .where(
      and(
        eq(unmatchedUsage.environmentId, environmentId),
        reason === null ? undefined : eq(r, reason),
        customerKey === null ? undefined : eq(c, customerKey),
        eventType === null ? undefined : customerKey === null ? rare(eq(t, eventType)) : eq(t, eventType),
        after === null ? undefined : sql`(${c}, ${r}, ${t}) > (${pastCustomer}, ${pastReason}, ${pastType})`,
      ),
    )
    .orderBy(asc(c), asc(r), asc(t))
    .limit(limit + 1);
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? [last.customerKey, last.reason, last.eventType].join(SEPARATOR) : null;
  return { data, nextCursor };
}
