// `npm run chaos`: the trace story on a platform that is killed while events are on their way. The invoices must be the same.
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { LocalPlatform } from "#test/support/local-platform";
import { tellTraceStory } from "#test/support/trace-story/story";
import { generatedTrace, parseTrace } from "#test/support/trace-story/trace";

const PUBLISHED_TRACE = "../shared/data/azure-llm-code-2023.csv";

/** Which call is struck, and how: everything at once, or the parent alone. A little later each time, to strike elsewhere in the call. */
const STRIKES = new Map<number, { readonly what: "group" | "parent"; readonly afterMs: number }>([
  [7, { what: "group", afterMs: 4 }],
  [14, { what: "parent", afterMs: 8 }],
  [21, { what: "group", afterMs: 12 }],
]);

const platform = new LocalPlatform(Number(process.env["PORT"] ?? 18_987));
let kills = 0;
let restart: Promise<void> = Promise.resolve();

async function strike({ what, afterMs }: { what: "group" | "parent"; afterMs: number }): Promise<void> {
  await sleep(afterMs);
  await platform.kill(what);
  kills += 1;
  await platform.start();
}

try {
  const rows = existsSync(PUBLISHED_TRACE) ? parseTrace(readFileSync(PUBLISHED_TRACE, "utf8")) : generatedTrace(8_819);
  await platform.start();
  const { api, live } = platform.keys();
  const { customers } = await tellTraceStory({
    send: (where, init) => fetch(new URL(where, api), init),
    adminKey: live,
    rows,
    sandbox: "chaos",
    tell: (line) => console.log(line),
    beforeBatch: async (index) => {
      const planned = STRIKES.get(index);
      if (planned === undefined) return;
      // A runtime whose parent was killed goes on serving until the next start ends it; strike only what is whole again.
      await restart;
      console.log(`   SIGKILL of the ${planned.what === "group" ? "whole process group" : "parent alone"} during call ${index + 1}`);
      restart = strike(planned);
    },
    waitBeforeRetry: async () => {
      await restart;
      await sleep(100);
    },
  });
  await restart;
  if (kills !== STRIKES.size) throw new Error(`${kills} of ${STRIKES.size} kills happened`);
  console.log(`\n${customers.length} customers billed to the cent after ${kills} kills`);
  console.log("1 passed, 0 failed");
} catch (error) {
  console.error(error);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
} finally {
  platform.close();
}
