import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { docsPage } from "#worker/documents/docs-page";
import { PROBLEMS } from "#worker/problem";

const root = path.resolve(import.meta.dirname, "../..");
const files = spawnSync("git", ["ls-files", "worker", "actions", "domain", "durable-objects", "queues", "plugins"], {
  cwd: root,
  encoding: "utf8",
})
  .stdout.split("\n")
  .filter((file) => file.endsWith(".ts"));

/** How a code is written where a refusal is made, and in the types that pass one on. */
const WRITTEN = [
  /\brefuse(?:Field)?\(\s*"([a-z_0-9]+)"/g,
  /\brejected\(\s*"([a-z_0-9]+)"/g,
  /\brefused\(\w+, "([a-z_0-9]+)"/g,
  /\bcode: "([a-z_0-9]+)"(?: as const)?,\s*detail/g,
  /\breadonly code: ((?:"[a-z_0-9]+"(?: \| )?)+); readonly detail/g,
  /\bResult<[^;{]*?((?:"[a-z_0-9]+"(?:\s*\|\s*)?)+)>/g,
  /\btype \w*Problem =((?:\s*\|?\s*"[a-z_0-9]+")+)/g,
];

function codesIn(source: string): string[] {
  return WRITTEN.flatMap((pattern) => [...source.matchAll(pattern)]).flatMap(([, codes = ""]) => codes.match(/[a-z_0-9]+/g) ?? []);
}

const written = new Set(files.flatMap((file) => codesIn(readFileSync(path.join(root, file), "utf8"))));

it("every code that the source can refuse with is in the one table, and the table has no other", () => {
  expect([...written].toSorted()).toEqual(Object.keys(PROBLEMS).toSorted());
});

it("the documentation has a place for the type of every problem", async () => {
  const page = (await docsPage({ info: { title: "Tollgate" }, paths: {} })).toString();

  expect([...written].filter((code) => !page.includes(`id="problem-${code}"`))).toEqual([]);
});
