// `npm run reset`: clears all local data.
import { rmSync } from "node:fs";
import { stateFolder } from "./paths.ts";
import { endOrphans, runningStart } from "./processes.ts";

const running = runningStart();
if (running !== null) {
  console.error(`Tollgate is running (pid ${running.parent}). Stop it first.`);
  process.exit(1);
}
await endOrphans();
rmSync(stateFolder, { recursive: true, force: true });
console.log(`Cleared ${stateFolder}`);
