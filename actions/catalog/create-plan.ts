import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import type { PlanVersion } from "#domain/catalog/plan";
import { type PlanTerms, validatePlan } from "#domain/catalog/validate-plan";
import type { Result } from "#domain/result";
import type { Interval } from "#domain/time/cadence";
import { allFeatures, allMeters, allProducts, insertPlan } from "#storage/queries/catalog";

export type CreatePlan = PlanTerms & { readonly key: string; readonly name: string; readonly interval: Interval };

/** A plan with its first version as a draft, checked against the catalog. */
export async function createPlan(context: Context, input: CreatePlan): Promise<Result<PlanVersion>> {
  const { db, environment } = context;
  const [products, meters, features] = await Promise.all([
    allProducts(db, environment.id),
    allMeters(db, environment.id),
    allFeatures(db, environment.id),
  ]);
  const valid = validatePlan(input, {
    products: new Set(products.map(({ key }) => key)),
    meters: new Set(meters.filter(({ archivedAt }) => archivedAt === null).map(({ key }) => key)),
    features: new Map(features.map((feature) => [feature.key, feature])),
  });
  if (!valid.ok) return valid;
  const { key, name, interval, currency, prices, entitlements } = input;
  const version: PlanVersion = {
    id: context.ids.next("plan_version"),
    planId: context.ids.next("plan"),
    planKey: key,
    planName: name,
    number: 1,
    currency,
    interval,
    prices,
    entitlements,
    status: "draft",
  };
  return commit(context, {
    result: version,
    events: [{ stream: `plan/${version.planId}`, version: 1, type: "plan.created", data: { plan: version.planId, key } }],
    writes: insertPlan(db, environment.id, version, context.clock.now()),
    audit: [{ action: "plan.create", subject: version.planId, before: null, after: version }],
  });
}
