import { z } from "@hono/zod-openapi";
import type { CorrectedUsage } from "#actions/usage/correct-usage";
import type { AskedCorrection } from "#actions/usage/read-corrections";
import type { JsonValue } from "#domain/metering/usage-event";
import { billEffectSchema, billEffectToWire } from "#worker/schemas/bill-effects";
import { referenceSchema } from "#worker/schemas/scalars";

const CORRECTIONS_MAX = 1_000;
const PROPERTIES_BYTES_MAX = 64_000;

const text = z.string().min(1).max(255);
const which = {
  customer: referenceSchema,
  id: text,
  source: text.optional().openapi({ description: "Default: the id of the API key, else the only source that has sent this id" }),
  reason: z.string().min(1).max(500).optional().openapi({ description: "Kept in the history of the event" }),
};

const voiding = z.strictObject(which).openapi("VoidEvent");

const amending = z
  .strictObject({
    ...which,
    properties: z
      .record(z.string(), z.unknown())
      .refine((properties) => Buffer.byteLength(JSON.stringify(properties)) <= PROPERTIES_BYTES_MAX, "An event is at most 64 kB.")
      .openapi({ description: "Replaces all properties" }),
    type: text.optional(),
    time: z.string().optional().openapi({ format: "date-time" }),
    subscription: text.nullable().optional().openapi({ description: "Null: for no subscription in particular" }),
  })
  .openapi("AmendEvent");

/** One correction, or many of one customer. */
const oneOrMany = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item).min(1).max(CORRECTIONS_MAX)]);

export const voidInput = oneOrMany(voiding);
export const amendInput = oneOrMany(amending);

type Addressed = { readonly customer: string; readonly correction: AskedCorrection };

export function voidFromWire({ customer, id, source, reason }: z.output<typeof voiding>): Addressed {
  return { customer, correction: { kind: "void", id, source: source ?? null, reason: reason ?? null } };
}

export function amendFromWire({ customer, id, source, reason, ...event }: z.output<typeof amending>): Addressed {
  const { type = null, time = null, subscription, properties } = event;
  return {
    customer,
    correction: {
      kind: "amend",
      id,
      source: source ?? null,
      reason: reason ?? null,
      type,
      time,
      properties: properties as { readonly [name: string]: JsonValue },
      ...(subscription === undefined ? {} : { subscription }),
    },
  };
}

export const correctionAnswerSchema = z
  .object({
    voided: z.int(),
    amended: z.int(),
    unchanged: z.int().openapi({ description: "What it should be already: a repeat changes nothing" }),
    rejected: z.int(),
    results: z.array(
      z.object({
        index: z.int(),
        id: z.string(),
        source: z.string().nullable(),
        status: z.enum(["voided", "amended", "unchanged", "rejected"]),
        code: z.string().optional(),
        detail: z.string().optional(),
      }),
    ),
    effects: z.array(billEffectSchema).openapi({ description: "What it changes on which bill" }),
  })
  .openapi("CorrectionResults");

/** Refused as a whole only where nothing at all could be done. */
export function correctionsToWire({ results, effects }: CorrectedUsage): { status: number; body: z.output<typeof correctionAnswerSchema> } {
  const sums = { voided: 0, amended: 0, unchanged: 0, rejected: 0 };
  for (const { status } of results) sums[status] += 1;
  return {
    status: sums.rejected === results.length ? 422 : 200,
    body: { ...sums, results: results.map((result, index) => ({ index, ...result })), effects: effects.map(billEffectToWire) },
  };
}
