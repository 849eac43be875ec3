import { actOnDue } from "#actions/drain-due";
import type { ContextOf } from "#queues/consume";
import { sweepRollups } from "#actions/usage/sweep-rollups";
import { sweep } from "#queues/sweep";
import { type Database, database } from "#storage/database";
import { dueInLive, type DueRow } from "#storage/queries/due";
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
  const contextFor: ContextOf = async (id) => {
    const environment = await findEnvironment(db, id);
    return environment && contextOf(scene, environment, { type: "system", id: "cron" });
  };
  await sweep(db, scene.bindings.WORK, { wall: wallClock(), contextOf: contextFor, report });
  await drainLive(db, contextFor);
  await sweepRollups({ db, wall: wallClock(), contextOf: contextFor, report });
  await pruneAnswers(db, wallClock());
}

/** Due rows in the order of their dates, page by page. One that fails is left for the next tick, and in nobody's way. */
async function drainLive(db: Database, contextFor: ContextOf): Promise<void> {
  const failed = new Set<string>();
  const nameOf = ({ environmentId, at, kind, subject }: DueRow): string => `${environmentId} ${at} ${kind} ${subject}`;
  for (let done = 0; done < DUE_A_TICK;) {
    const rows = (await dueInLive(db, wallClock(), PAGE + failed.size)).filter((row) => !failed.has(nameOf(row)));
    if (rows.length === 0) return;
    for (const row of rows) {
      const context = await contextFor(row.environmentId);
      if (context === null || !(await actOnDue(context, row))) failed.add(nameOf(row));
    }
    done += rows.length;
  }
}
