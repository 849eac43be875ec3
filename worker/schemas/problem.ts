import { z } from "@hono/zod-openapi";

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().openapi({ description: "Stable, for programs" }),
    detail: z.string().openapi({ description: "One sentence, for people" }),
    instance: z.string(),
    request_id: z.string(),
    errors: z.array(
      z.object({ path: z.string().openapi({ description: "JSON pointer into the request" }), code: z.string(), message: z.string() }),
    ),
  })
  .openapi("Problem");
