// `npm run deploy`: migrations by binding name, the Worker, then the dashboard on Pages. `-- --dry-run` builds all of it,
// sends nothing and needs no account.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { quietEnvironment, root } from "./paths.ts";

type Step = { readonly what: string; readonly folder: string; readonly command: readonly string[] };

const wrangler = path.join(root, "node_modules/wrangler/bin/wrangler.js");
const vite = path.join(root, "node_modules/vite/bin/vite.js");
const dashboard = path.join(root, "dashboard");

const buildDashboard: Step = { what: "dashboard build", folder: root, command: [vite, "build", dashboard, "--logLevel", "warn"] };

const steps: readonly Step[] = [
  { what: "migrations", folder: root, command: [wrangler, "d1", "migrations", "apply", "DB", "--remote"] },
  { what: "Worker", folder: root, command: [wrangler, "deploy"] },
  buildDashboard,
  { what: "dashboard", folder: dashboard, command: [wrangler, "pages", "deploy"] },
];

const rehearsal: readonly Step[] = [
  { what: "Worker", folder: root, command: [wrangler, "deploy", "--dry-run", "--outdir", "dist/rehearsal"] },
  buildDashboard,
  {
    what: "dashboard's Function",
    folder: dashboard,
    command: [wrangler, "pages", "functions", "build", "functions", "--outdir", path.join(root, "dist/rehearsal-functions")],
  },
];

const unknown = process.argv.slice(2).find((argument) => argument !== "--dry-run");
if (unknown !== undefined) {
  console.error(`npm run deploy takes --dry-run and nothing else, not ${unknown}. (Mind the dashes: npm run deploy -- --dry-run)`);
  process.exit(1);
}
const dryRun = process.argv.includes("--dry-run");
for (const { what, folder, command } of dryRun ? rehearsal : steps) {
  const { status } = spawnSync(process.execPath, command, { cwd: folder, stdio: "inherit", env: quietEnvironment });
  if (status === 0) continue;
  console.error(
    `\nStopped at: ${what}.${dryRun ? "" : ' Sign in with "npx wrangler login", then run it again: every step may be repeated.'}`,
  );
  process.exit(status ?? 1);
}
console.log(dryRun ? "\nRehearsed: everything builds; nothing was sent." : "\nDeployed.");
