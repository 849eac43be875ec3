import { z } from "@hono/zod-openapi";
import type { HonoRequest } from "hono";
import { ok, refuse, type Result } from "#domain/result";
import { validate } from "#worker/validate";

export const noQuery = z.strictObject({});

export const previewQuery = z.object({
  preview: z.enum(["true", "false"]).default("false").openapi({ description: "true answers the same and changes nothing" }),
});

/**
 * Reads the query. A parameter that is unknown or stands twice is refused: a mistyped `preview` must not become the real thing.
 * Those in `lists` may stand several times, which says the same as commas.
 */
export function readQuery<T>(
  request: HonoRequest,
  schema: z.ZodType<T>,
  previews: boolean,
  lists: readonly string[] = [],
): Result<{ query: T; preview: boolean }, "invalid_request"> {
  const given = request.url.includes("?") ? request.queries() : {};
  const repeated = Object.keys(given).find((name) => given[name]?.length !== 1 && !lists.includes(name));
  if (repeated !== undefined) {
    const message = `The query parameter ${repeated} stands once.`;
    return refuse("invalid_request", message, [{ path: `/${repeated}`, code: "repeated", message }]);
  }
  const single = Object.fromEntries(Object.entries(given).map(([name, values]) => [name, values.join(",")]));
  const { preview: asked, ...others } = single;
  const preview = validate(previewQuery, previews && asked !== undefined ? { preview: asked } : {});
  if (!preview.ok) return preview;
  const query = validate(schema, previews ? others : single);
  return query.ok ? ok({ query: query.value, preview: preview.value.preview === "true" }) : query;
}
