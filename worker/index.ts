import { randomBytes } from "node:crypto";
import { makeId } from "#domain/ids";
import { consume, consumeDead } from "#queues/consume";
import { database } from "#storage/database";
import { findEnvironment } from "#storage/queries/environments";
import { createApp } from "#worker/app";
import { contextOf, operatorContext, type Scene, wallClock } from "#worker/context";
import { tick } from "#worker/cron";
import type { Bindings } from "#worker/env";

export { CustomerLedger } from "#objects/customer-ledger";

const app = createApp();

const DEAD_QUEUE = "tollgate-work-dead";

function sceneOf(bindings: Bindings, context: ExecutionContext): Scene {
  return { bindings, requestId: makeId("request", wallClock(), randomBytes(10)), waitUntil: (work) => context.waitUntil(work) };
}

export default {
  fetch: app.fetch,
  async queue(batch, bindings, context) {
    const scene = sceneOf(bindings, context);
    const actor = { type: "system", id: "queue" } as const;
    const { report } = operatorContext(scene, null, actor);
    if (batch.queue === DEAD_QUEUE) return consumeDead(batch, report);
    await consume(
      batch,
      async (id) => {
        const environment = await findEnvironment(database(bindings.DB), id);
        return environment === null ? null : contextOf(scene, environment, actor);
      },
      report,
    );
  },
  async scheduled(_controller, bindings, context) {
    await tick(sceneOf(bindings, context));
  },
} satisfies ExportedHandler<Bindings>;
