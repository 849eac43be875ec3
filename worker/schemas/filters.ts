import { z } from "@hono/zod-openapi";
import type { Filter } from "#domain/catalog/meter";
import { validateDefinition } from "#domain/metering/validate-meter";
import { parseJson } from "#worker/body";

const scalar = z.union([z.string().max(255), z.number(), z.boolean()]);
const property = z.string().min(1).max(255);

/** A condition on a property, as meters and queries take it. */
export const filterSchema = z
  .discriminatedUnion("operator", [
    z.strictObject({ property, operator: z.enum(["in", "not_in"]), values: z.array(scalar).min(1).max(100) }),
    z.strictObject({ property, operator: z.enum(["=", "!=", "<", "<=", ">", ">="]), value: scalar }),
    z.strictObject({ property, operator: z.literal("prefix"), value: z.string().max(255) }),
    z.strictObject({ property, operator: z.literal("exists"), value: z.boolean() }),
  ])
  .openapi("Filter");

/** Filters in a query: their JSON list in one parameter. */
export const filterQuery = z
  .string()
  .max(8_000)
  .transform((text, context): readonly Filter[] => {
    const fail = (message: string): never => {
      context.addIssue({ code: "custom", message, params: { code: "invalid_filter" } });
      return z.NEVER;
    };
    const parsed = parseJson(text);
    const filters = parsed.ok ? z.array(filterSchema).max(20).safeParse(parsed.value) : null;
    if (filters?.data === undefined) return fail("filter is a JSON list of at most 20 filters.");
    const valid = validateDefinition({ aggregation: { type: "count" }, filters: filters.data, dimensions: [] });
    return valid.ok ? filters.data : fail(valid.error.errors?.[0]?.message ?? valid.error.detail);
  })
  .openapi({ type: "string", example: '[{"property":"region","operator":"in","values":["eu","us"]}]' });
