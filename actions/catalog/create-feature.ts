import { commit } from "#actions/commit";
import type { Context } from "#actions/context";
import type { Feature } from "#domain/catalog/feature";
import { refuseField, type Result } from "#domain/result";
import { findMeter, insertFeature } from "#storage/queries/catalog";
import { bumpCatalog } from "#storage/queries/environments";

export type CreateFeature = { readonly key: string; readonly name: string } & (
  | { readonly type: "boolean" | "static" }
  | { readonly type: "metered"; readonly meter: string }
);

export async function createFeature(context: Context, input: CreateFeature): Promise<Result<Feature>> {
  const { db, environment } = context;
  const id = context.ids.next("feature");
  const meter = input.type === "metered" ? await findMeter(db, environment.id, input.meter) : null;
  if (input.type === "metered" && (meter === null || meter.archivedAt !== null))
    return refuseField("unknown_meter", "/meter", `There is no meter ${input.meter}.`);
  const { key, name } = input;
  const feature: Feature =
    meter === null
      ? { id, key, name, type: input.type === "static" ? "static" : "boolean" }
      : { id, key, name, type: "metered", meter: meter.key };
  return commit(context, {
    result: feature,
    events: [{ stream: `feature/${id}`, version: 1, type: "feature.created", data: { feature: id, key } }],
    writes: [insertFeature(db, environment.id, feature, context.clock.now()), bumpCatalog(db, environment.id)],
    audit: [{ action: "feature.create", subject: id, before: null, after: feature }],
  });
}
