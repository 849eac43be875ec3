// `npm run generate`: openapi.json from the routes, and the SDK's types from it. `--check` compares and changes nothing.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createApp } from "#worker/app";
import { openApiInfo } from "#worker/openapi-info";
import { root } from "./paths.ts";

const checking = process.argv.includes("--check");
const folder = mkdtempSync(path.join(tmpdir(), "tollgate-generate-"));

const document = `${JSON.stringify(createApp().getOpenAPI31Document(openApiInfo), null, 2)}\n`;
const documentFile = path.join(folder, "openapi.json");
writeFileSync(documentFile, document);
const typesFile = path.join(folder, "schema.ts");
const cli = path.join(root, "node_modules/openapi-typescript/bin/cli.js");
const generated = spawnSync(process.execPath, [cli, documentFile, "-o", typesFile], { encoding: "utf8" });
if (generated.status !== 0) {
  console.error(generated.stdout + generated.stderr);
  process.exit(1);
}

const stale = [place("openapi.json", documentFile), place("sdk/schema.ts", typesFile)].filter((file) => file !== null);
rmSync(folder, { recursive: true });
if (checking && stale.length > 0) {
  console.error(`Out of date: ${stale.join(", ")}. Run npm run generate and commit the result.`);
  process.exit(1);
}
console.log(stale.length === 0 ? "openapi.json and sdk/schema.ts are up to date" : `Wrote ${stale.join(", ")}`);

/** Puts a generated file in its place, or only says that it differs. */
function place(name: string, file: string): string | null {
  const target = path.join(root, name);
  const text = readFileSync(file, "utf8");
  if (existsSync(target) && readFileSync(target, "utf8") === text) return null;
  if (!checking) writeFileSync(target, text);
  return name;
}
