// Generates D1 migrations from storage/schema and finishes what the generator cannot say: STRICT tables without rowid, and
// the range that money in JSON can carry.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const FOLDER = "d1-migrations";
const MOST = "9007199254740991";

const generated = spawnSync(process.execPath, ["node_modules/drizzle-kit/bin.cjs", "generate", ...process.argv.slice(2)], {
  stdio: "inherit",
});
if (generated.status !== 0) process.exit(generated.status ?? 1);

for (const name of readdirSync(FOLDER).filter((file) => file.endsWith(".sql"))) {
  const file = path.join(FOLDER, name);
  const sql = readFileSync(file, "utf8");
  const finished = sql.replace(/CREATE TABLE [\s\S]*?\n\);/g, (table) =>
    table
      .replace(/`(\w*amount)` integer NOT NULL/g, `\`$1\` integer NOT NULL CHECK (\`$1\` BETWEEN -${MOST} AND ${MOST})`)
      .replace(/\n\);$/, "\n) STRICT, WITHOUT ROWID;"),
  );
  if (finished !== sql) writeFileSync(file, finished);
}
