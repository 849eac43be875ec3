import { z } from "@hono/zod-openapi";
import { type Due, dueKinds } from "#domain/due";
import { ok, refuse } from "#domain/result";
import { formatInstant } from "#domain/time/instant";
import { parkedDue, unpark } from "#storage/queries/due";
import { deadDeliveries, reviveDelivery } from "#storage/queries/outbox";
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
    run: async ({ context, query }) => {
      const { limit, after } = pageRequest(query);
      const page = await deadDeliveries(context.db, context.environment.id, {
        limit,
        after,
      });
      const parked = after === null ? await parkedDue(context.db, context.environment.id, limit) : [];
      return ok({
        data: [...parked, ...page.data],
        nextCursor: page.nextCursor,
      });
    },
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
    changes: false,
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
    run: async ({ context, params }) => {
      const id = params.dead_letter;
      const due = parseDue(id);
      const revived =
        due === null
          ? await reviveDelivery(context.db, context.environment.id, id, context.clock.wall())
          : await unpark(context.db, {
              ...due,
              environmentId: context.environment.id,
            });
      return revived
        ? ok({
            id,
            replayed: true as const,
          })
        : refuse("not_found", "There is no such dead letter.");
    },
    answer: (body) => ({
      status: 200,
      body,
    }),
  });
}

function parseDue(id: string): Due | null {
  const [, at, kind, subject] = /^due:(\d+):([^:]+):(.+)$/su.exec(id) ?? [];
  const known = dueKinds.find((one) => one === kind);
  return known !== undefined && subject !== undefined ? { at: Number(at), kind: known, subject } : null;
}
