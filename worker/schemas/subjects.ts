import { z } from "@hono/zod-openapi";
import type { Subject } from "#domain/customers/subject";
import { formatInstant } from "#domain/time/instant";
import { instantSchema } from "#worker/schemas/scalars";

/** As an event may carry it: 1 to 255 printable characters. */
export const subjectText = z
  .string()
  .min(1)
  .max(255)
  // eslint-disable-next-line no-control-regex
  .refine(
    (text) => text.isWellFormed() && text.trim() !== "" && !/[\u0000-\u001f\u007f]/.test(text),
    "A subject has printable characters only.",
  )
  .openapi({ example: "workspace-4711" });

export const subjectInput = z
  .strictObject({
    subject: subjectText,
    from: instantSchema.optional().openapi({
      description:
        "Of event time. Default: as far back as nobody else had it; a subject that somebody has moves now (live: ten seconds from now)",
    }),
  })
  .openapi("SubjectInput");

export const subjectEnd = z
  .strictObject({ at: instantSchema.optional().openapi({ description: "Default: now (live: ten seconds from now)" }) })
  .openapi("SubjectEnd");

export const subjectSchema = z
  .object({
    object: z.literal("subject"),
    subject: z.string(),
    customer: z.string().openapi({ description: "The customer's key" }),
    from: z.string(),
    to: z.string().nullable().openapi({ description: "Exclusive; null while it lasts" }),
  })
  .openapi("Subject");

export function subjectToWire({ subject, customerKey, from, to }: Subject): z.output<typeof subjectSchema> {
  return { object: "subject", subject, customer: customerKey, from: formatInstant(from), to: to === null ? null : formatInstant(to) };
}
