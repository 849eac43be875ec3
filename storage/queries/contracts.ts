import { and, eq, getTableColumns, sql } from "drizzle-orm";
import type { PlanVersion } from "#domain/catalog/plan";
import type { Customer } from "#domain/customers/customer";
import type { Id } from "#domain/ids";
import type { StoredLine } from "#domain/invoices/stored-line";
import type { Subscription } from "#domain/subscriptions/subscription";
import type { Database } from "#storage/database";
import { readPlanVersion } from "#storage/queries/catalog";
import { readCustomer } from "#storage/queries/customers";
import { MOST_PER_CUSTOMER, readSubscription } from "#storage/queries/subscriptions";
import { rare } from "#storage/rare";
import { plan, planVersion } from "#storage/schema/catalog";
import { customer, subscription } from "#storage/schema/customers";
import { billed } from "#storage/schema/invoices";

export type ContractRows = {
  readonly customer: Customer;
  readonly subscriptions: readonly Subscription[];
  readonly planVersions: readonly PlanVersion[];
  /** The lines that can still matter, and some before them: the period in which the unsettled time begins may be a long one. */
  readonly billed: ReadonlyMap<Id<"subscription">, readonly StoredLine[]>;
};

/** At least as long as any billing period of the subscription, in milliseconds. */
const longestPeriod = sql`(select max((value ->> '$.cadence.interval.count') * case value ->> '$.cadence.interval.unit'
  when 'day' then 1 when 'week' then 7 when 'month' then 31 when 'quarter' then 92 when 'half_year' then 184 else 366 end + 1) * 86400000
  from json_each(${subscription.revisions}))`;

/** All that a customer's contract is made of, in one batch: the version it carries is the version of these very rows. */
export async function contractRows(db: Database, environmentId: Id<"environment">, id: Id<"customer">): Promise<ContractRows | null> {
  const ofCustomer = and(eq(subscription.environmentId, environmentId), rare(eq(subscription.customerId, id)));
  const inUse = db
    .select({ id: sql`value ->> 'planVersion'` })
    .from(subscription)
    .crossJoin(sql`json_each(${subscription.revisions})`)
    .where(ofCustomer);
  const [customers, subscriptions, versions, lines] = await db.batch([
    db
      .select()
      .from(customer)
      .where(and(eq(customer.environmentId, environmentId), eq(customer.id, id)))
      .limit(1),
    db.select().from(subscription).where(ofCustomer).orderBy(subscription.id).limit(MOST_PER_CUSTOMER),
    db
      // A batch answers rows by column name: of two columns of one name, one would be lost.
      .select({
        plan_version: getTableColumns(planVersion),
        plan: {
          key: sql<string>`${plan.key}`.as("plan_key"),
          name: sql<string>`${plan.name}`.as("plan_name"),
        },
      })
      .from(planVersion)
      .innerJoin(plan, and(eq(plan.environmentId, planVersion.environmentId), eq(plan.id, planVersion.planId)))
      .where(and(eq(planVersion.environmentId, environmentId), sql`${planVersion.id} in ${inUse}`)),
    db
      .select({ subscriptionId: billed.subscriptionId, line: billed.line })
      .from(subscription)
      .crossJoin(billed)
      .where(
        and(
          ofCustomer,
          eq(billed.environmentId, subscription.environmentId),
          eq(billed.subscriptionId, subscription.id),
          sql`${billed.segmentEnd} > ${subscription.unsettledFrom} - ${longestPeriod}`,
        ),
      ),
  ]);
  const [row] = customers;
  if (row === undefined) return null;
  const bySubscription = Map.groupBy(lines, ({ subscriptionId }) => subscriptionId);
  return {
    customer: readCustomer(row),
    subscriptions: subscriptions.map(readSubscription),
    planVersions: versions.map(({ plan_version: version, plan: owner }) =>
      readPlanVersion({ plan_version: version, plan: { ...owner, id: version.planId } }),
    ),
    billed: new Map([...bySubscription].map(([of, list]) => [of, list.map(({ line }) => line)])),
  };
}
