import { actOnDue } from "#actions/drain-due";
import { sweepRollups } from "#actions/usage/sweep-rollups";
import type { Id } from "#domain/ids";
import { sweep } from "#queues/sweep";
import { database } from "#storage/database";
import { dueInLive } from "#storage/queries/due";
import { findEnvironment } from "#storage/queries/environments";
import { pruneAnswers } from "#storage/queries/idempotency";
import { contextOf, operatorContext, type Scene, wallClock } from "#worker/context";

/** One tick handles at most so much; the next one goes on. A tick that is late, doubled or missing changes nothing but delay. */
const DUE_A_TICK = 500;
const PAGE = 50;

/** Every minute: hurries what waits, acts on what is due in live environments, forgets old answers. */
export async function tick(scene: Scene): Promise<void> {
  const db = database(scene.bindings.DB);
  const { report } = operatorContext(scene, null, { type: "system", id: "cron" });
  await sweep(db, scene.bindings.WORK, wallClock(), report);
  for (let done = 0; done < DUE_A_TICK; done += PAGE) {
    const rows = await dueInLive(db, wallClock(), PAGE);
    let progress = false;
    for (const row of rows) {
      const environment = await findEnvironment(db, row.environmentId);
      if (environment === null) continue;
      progress = (await actOnDue(contextOf(scene, environment, { type: "system", id: "cron" }), row)) || progress;
    }
    if (rows.length < PAGE || !progress) break;
  }
  const contextFor = async (id: Id<"environment">) => {
    const environment = await findEnvironment(db, id);
    return environment === null ? null : contextOf(scene, environment, { type: "system", id: "cron" });
  };
  await sweepRollups({ db, wall: wallClock(), contextOf: contextFor, report });
  await pruneAnswers(db, wallClock());
}
