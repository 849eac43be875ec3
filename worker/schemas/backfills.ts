import { z } from "@hono/zod-openapi";
import type { OpenBackfill } from "#actions/backfills/open-backfill";
import type { BackfillPreview } from "#actions/backfills/preview-backfill";
import type { Backfill } from "#domain/metering/backfill";
import { formatInstant } from "#domain/time/instant";
import { type BackfillCustomer, type BackfillTotals, NO_TOTALS } from "#storage/queries/backfills";
import { billEffectSchema, billEffectToWire } from "#worker/schemas/bill-effects";
import { instantSchema, referenceSchema } from "#worker/schemas/scalars";

const NAMES_MAX = 500;
const time = z.string().openapi({ format: "date-time" });

export const backfillInput = z
  .strictObject({
    from: instantSchema,
    to: instantSchema.openapi({ description: "Exclusive; not after now" }),
    event_types: z.array(z.string().min(1).max(255)).min(1).max(NAMES_MAX).optional().openapi({ description: "Default: every type" }),
    customers: z.array(referenceSchema).min(1).max(NAMES_MAX).optional().openapi({ description: "Default: every customer" }),
    mode: z.enum(["replace", "add"]).openapi({ description: "`replace` takes out what was counted in the range before" }),
  })
  .transform(({ from, to, event_types, customers, mode }): OpenBackfill => ({
    range: { start: from, end: to },
    types: event_types ?? null,
    customers: customers ?? null,
    mode,
  }))
  .openapi("BackfillInput");

const counts = { loaded: z.int(), added: z.int(), superseded: z.int() };

export const backfillSchema = z
  .object({
    object: z.literal("backfill"),
    id: z.string(),
    status: z.enum(["open", "closing", "closed", "reverting", "reverted"]),
    mode: z.enum(["replace", "add"]),
    from: time,
    to: time,
    event_types: z.array(z.string()).nullable(),
    customers: z.array(z.string()).nullable(),
    opened_at: time,
    closed_at: time.nullable(),
    reverted_at: time.nullable(),
    counts: z.object({ customers: z.int(), ...counts, refused: z.int() }),
  })
  .openapi("Backfill");

export function backfillToWire(backfill: Backfill, totals: BackfillTotals = NO_TOTALS): z.output<typeof backfillSchema> {
  const { id, status, mode, range, types, customers, openedAt } = backfill;
  const closedAt = "closedAt" in backfill ? backfill.closedAt : null;
  return {
    object: "backfill",
    id,
    status,
    mode,
    from: formatInstant(range.start),
    to: formatInstant(range.end),
    event_types: types && [...types],
    customers: customers && [...customers],
    opened_at: formatInstant(openedAt),
    closed_at: closedAt === null ? null : formatInstant(closedAt),
    reverted_at: status === "reverted" ? formatInstant(backfill.revertedAt) : null,
    counts: { ...totals },
  };
}

export const backfillCustomerSchema = z
  .object({
    customer: z.string(),
    state: z.enum(["loaded", "closed", "reverted"]),
    ...counts,
    code: z.string().nullable().openapi({ description: "Why the ledger refused the last try" }),
    detail: z.string().nullable(),
  })
  .openapi("BackfillCustomer");

export function backfillCustomerToWire(row: BackfillCustomer): z.output<typeof backfillCustomerSchema> {
  const { customerKey, state, loaded, added, superseded, refusedCode, refusedDetail } = row;
  return { customer: customerKey, state, loaded, added, superseded, code: refusedCode, detail: refusedDetail };
}

export const walkedSchema = z.object({
  done: z.boolean().openapi({ description: "False: make the same call again to go on" }),
  backfill: backfillSchema,
});

export const backfillPreviewSchema = z
  .object({
    backfill: backfillSchema,
    data: z.array(
      z.object({
        customer: z.string(),
        added: z.int(),
        superseded: z.int(),
        code: z.string().nullable(),
        detail: z.string().nullable(),
        effects: z.array(billEffectSchema),
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .openapi("BackfillPreview");

export function backfillPreviewToWire(preview: BackfillPreview): z.output<typeof backfillPreviewSchema>["data"][number] {
  const customer = preview.customerKey;
  if (!preview.ok) return { customer, added: 0, superseded: 0, code: preview.code, detail: preview.detail, effects: [] };
  const { added, superseded, effects } = preview;
  return { customer, added, superseded, code: null, detail: null, effects: effects.map(billEffectToWire) };
}
