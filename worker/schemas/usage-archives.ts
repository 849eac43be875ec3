import { z } from "@hono/zod-openapi";
import type { UsageMonth } from "#actions/usage/request-archive";
import { formatInstant } from "#domain/time/instant";
import type { UsageArchive } from "#storage/queries/usage-archives";

export const monthSchema = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, "A month is YYYY-MM.")
  .openapi({ description: "Of receipt, in UTC", example: "2026-03" });

export const archiveSchema = z
  .object({
    object: z.literal("usage_archive"),
    month: z.string(),
    state: z.enum(["writing", "written", "archived", "restoring", "restored"]),
    events: z.int(),
    sums: z.record(z.string(), z.string()).openapi({ description: "What was counted of these events, by meter; exact" }),
    sha256: z.string().nullable().openapi({ description: "Of the objects' hashes, in order, one a line" }),
    objects: z.array(z.object({ key: z.string(), events: z.int(), bytes: z.int(), sha256: z.string() })),
    changed_at: z.string(),
  })
  .openapi("UsageArchive");

export const usageMonthSchema = z
  .object({
    object: z.literal("usage_month"),
    month: z.string(),
    state: z.enum(["open", "ready", "archived", "restored"]).openapi({ description: "`ready`: nothing in it can change any more" }),
    events: z.int(),
    bytes: z.int(),
    archive: archiveSchema.nullable(),
  })
  .openapi("UsageMonth");

export function archiveToWire({ month, state, events, sums, sha256, objects, changedAt }: UsageArchive): z.output<typeof archiveSchema> {
  return {
    object: "usage_archive",
    month,
    state,
    events,
    sums,
    sha256,
    objects: [...objects],
    changed_at: formatInstant(changedAt),
  };
}

export function usageMonthToWire({ month, state, events, bytes, archive }: UsageMonth): z.output<typeof usageMonthSchema> {
  return { object: "usage_month", month, state, events, bytes, archive: archive && archiveToWire(archive) };
}
