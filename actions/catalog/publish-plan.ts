import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import type { PlanVersion } from "#domain/catalog/plan";
import { refuse, type Result } from "#domain/result";
import { findPlan, savePublication } from "#storage/queries/catalog";

/** Publishes the latest version of a plan: from here on it can be subscribed to and never changes. */
export async function publishPlan(context: Context, input: { readonly plan: string }): Promise<Result<PlanVersion>> {
  const { db, environment } = context;
  const found = await findPlan(db, environment.id, input.plan);
  if (found === null) return refuse("not_found", "There is no such plan.");
  const { version, planStreamVersion } = found;
  if (version.status === "published")
    return refuse("already_published", `Version ${version.number} of ${version.planKey} is published already.`);
  const published = { ...version, status: "published" as const, publishedAt: context.clock.now() };
  return commit(context, {
    result: published,
    events: [
      {
        stream: `plan/${version.planId}`,
        version: planStreamVersion + 1,
        type: "plan.published",
        data: { plan: version.planId, plan_version: version.id },
      },
    ],
    writes: savePublication(db, environment.id, published, planStreamVersion + 1),
    audit: [
      {
        action: "plan.publish",
        subject: version.planId,
        before: { status: "draft" },
        after: { status: "published", version: version.number },
      },
    ],
  });
}
