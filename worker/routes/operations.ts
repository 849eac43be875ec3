import { z } from "@hono/zod-openapi";
import { replayDeadLetter } from "#actions/operations/replay-dead-letter";
import { ok } from "#domain/result";
import { formatInstant } from "#domain/time/instant";
import { listDeadLetters } from "#storage/queries/dead-letters";
import { type App, route } from "#worker/route";
import { listOf, listQuery, pageRequest, pageToWire } from "#worker/schemas/list";
import { referenceSchema } from "#worker/schemas/scalars";

const deadLetter = z
  .object({ id: z.string(), kind: z.string(), subject: z.string(), reason: z.string(), at: z.string() })
  .openapi("DeadLetter");

/** What the platform gave up on, with the reason, and the way to try again. */
export function operationRoutes(app: App): void {
  const tag = "Operations";
  route(app, {
    method: "get",
    path: "/v1/operations/dead-letters",
    operationId: "listDeadLetters",
    tag,
    summary: "What failed too often",
    scope: "admin",
    changes: false,
    query: z.strictObject(listQuery),
    responses: {
      200: {
        description: "Deliveries and dated work that were given up",
        schema: listOf(deadLetter),
      },
    },
    run: async ({ context, query }) => ok(await listDeadLetters(context.db, context.environment.id, pageRequest(query))),
    answer: (page) => ({
      status: 200,
      body: pageToWire(page, ({ at, ...letter }) => ({
        ...letter,
        at: formatInstant(at),
      })),
    }),
  });
  route(app, {
    method: "post",
    path: "/v1/operations/dead-letters/{dead_letter}/replay",
    operationId: "replayDeadLetter",
    tag,
    summary: "Try again what failed",
    scope: "admin",
    changes: true,
    params: z.object({ dead_letter: referenceSchema }),
    responses: {
      200: {
        description: "It waits to be tried again",
        schema: z.object({
          id: z.string(),
          replayed: z.literal(true),
        }),
      },
    },
    run: ({ context, params }) => replayDeadLetter(context, { id: params.dead_letter }),
    answer: (body) => ({
      status: 200,
      body,
    }),
  });
}
