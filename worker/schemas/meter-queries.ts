import { z } from "@hono/zod-openapi";
import type { MergedTotal } from "#domain/metering/merge-totals";
import { windowUnits } from "#domain/metering/query-window";
import { formatInstant } from "#domain/time/instant";
import type { GroupCount } from "#objects/usage-calls";
import { filterQuery } from "#worker/schemas/filters";
import { listQuery } from "#worker/schemas/list";
import { dayOrInstantSchema, listSchema, wholeNumberQuery, zoneSchema } from "#worker/schemas/scalars";

const CUSTOMERS_MAX = 1_000;
const DIMENSIONS_MAX = 11;
const ROWS_MAX = 10_000;

export const meterQuery = z.strictObject({
  customer: listSchema(CUSTOMERS_MAX).optional().openapi({ description: "Keys or ids, with commas or repeated; default all customers" }),
  from: dayOrInstantSchema
    .optional()
    .openapi({ type: "string", description: "A local day or an instant; without `from` and `to`, all there ever was" }),
  to: dayOrInstantSchema.optional().openapi({ type: "string", description: "Exclusive" }),
  window: z.enum(windowUnits).optional().openapi({ description: "Default: one window for all" }),
  group_by: listSchema(DIMENSIONS_MAX).optional().openapi({ description: "Dimensions of the meter, and `customer`" }),
  filter: filterQuery.optional(),
  time_zone: zoneSchema.optional().openapi({ description: "Default: the customer's, or UTC for several" }),
  format: z.enum(["json", "csv"]).default("json").openapi({ description: "`csv` answers all rows at once" }),
  limit: wholeNumberQuery({ min: 1, max: ROWS_MAX, otherwise: 1_000 }).openapi({ description: "Rows of a page", example: 1_000 }),
  cursor: listQuery.cursor,
});

export const meterQuerySchema = z
  .object({
    meter: z.string(),
    unit: z.string().nullable(),
    time_zone: z.string(),
    data: z.array(
      z.object({
        start: z.string(),
        end: z.string(),
        customer: z.string().nullable().openapi({ description: "Where the query is grouped by customer or names one" }),
        group: z.record(z.string(), z.string().nullable()).openapi({ description: "Dimension values; null where events had none" }),
        value: z.string(),
        exact: z.boolean(),
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .openapi("MeterTotals");

export function queriedToWire({ window, customer, group, value, exact }: MergedTotal): z.output<typeof meterQuerySchema>["data"][number] {
  return { start: formatInstant(window.start), end: formatInstant(window.end), customer, group: { ...group }, value, exact };
}

export const meterGroupsSchema = z
  .object({
    meter: z.string(),
    groups: z.int().openapi({ description: "Combinations of dimension values so far" }),
    groups_max: z.int().openapi({ description: "An event that would make one more is refused: `too_many_groups`" }),
  })
  .openapi("MeterGroups");

export function meterGroupsToWire({ meter, groups, most }: GroupCount): z.output<typeof meterGroupsSchema> {
  return { meter, groups, groups_max: most };
}
