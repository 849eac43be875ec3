import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const tracked = spawnSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).stdout.split("\n").filter(Boolean);

describe("the house", () => {
  it("has exactly the folders that the README's tree names", () => {
    const readme = readFileSync(path.join(root, "README.md"), "utf8");
    const named = [...readme.matchAll(/^([a-z0-9-]+)\/ {2,}\S/gm)].map((match) => String(match[1]));
    const folders = new Set(
      tracked.filter((file) => file.includes("/") && !file.startsWith(".")).map((file) => file.slice(0, file.indexOf("/"))),
    );
    const byName = (a: string, b: string): number => a.localeCompare(b);

    expect(named.toSorted(byName)).toEqual([...folders].toSorted(byName));
  });

  it("explains every domain folder in a README of 8 to 30 lines", () => {
    for (const folder of readdirSync(path.join(root, "domain"), { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
      const lines = readFileSync(path.join(root, "domain", folder.name, "README.md"), "utf8")
        .trim()
        .split("\n").length;
      expect([folder.name, lines >= 8 && lines <= 30]).toEqual([folder.name, true]);
    }
  });

  it("explains every folder at the top in a README", () => {
    const folders = new Set(
      tracked.filter((file) => file.includes("/") && !file.startsWith(".")).map((file) => file.slice(0, file.indexOf("/"))),
    );

    expect([...folders].filter((folder) => !existsSync(path.join(root, folder, "README.md")))).toEqual([]);
  });

  it("has a test for each invariant", () => {
    const rows = readFileSync(path.join(root, "docs/invariants.md"), "utf8").match(/^\| [A-Z]\d+ .*$/gm) ?? [];
    const namedBy = (row: string): string[] => [...row.matchAll(/`(test\/[^`]+)`/g)].map((match) => String(match[1]));
    const isThere = (name: string): boolean => existsSync(path.join(root, name)) || existsSync(path.join(root, `${name}.test.ts`));

    expect(rows.length).toBeGreaterThan(40);
    expect(rows.filter((row) => namedBy(row).length === 0 || !namedBy(row).every(isThere))).toEqual([]);
  });

  it("has no room for what has no name", () => {
    expect(tracked.filter((file) => /(^|\/)(utils?|helpers?|common|misc|v2)(\.|\/)/.test(file))).toEqual([]);
  });

  it("pins every package exactly", () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^(npm:[^@]*@?[^@]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );

    expect(loose).toEqual([]);
  });

  it("says of every package what it saves", () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >;
    const explained = readFileSync(path.join(root, "docs/dependencies.md"), "utf8");

    expect(Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !explained.includes(`\`${name}\``))).toEqual([]);
  });
});

/** Each file breaks one rule of the layers, or is legal: what the linter must say of it. */
const planted: readonly { readonly file: string; readonly code: string; readonly breaks: boolean }[] = [
  { file: "domain/storage-import.ts", code: 'export { a } from "#storage/legal";', breaks: true },
  { file: "domain/framework.ts", code: 'export { Hono } from "hono";', breaks: true },
  { file: "domain/clock.ts", code: "export const now = (): number => new Date().getTime();", breaks: true },
  { file: "domain/chance.ts", code: "export const chance = (): number => Math.random();", breaks: true },
  { file: "domain/network.ts", code: 'export const ask = (): Promise<unknown> => fetch("x");', breaks: true },
  { file: "domain/money/number-build.ts", code: 'export { dinero } from "dinero.js";', breaks: true },
  { file: "domain/legal.ts", code: "export const a = 1;", breaks: false },
  { file: "domain/time/legal.ts", code: "export const epoch = (): Date => new Date(0);", breaks: false },
  { file: "storage/actions-import.ts", code: 'export { a } from "#actions/legal";', breaks: true },
  { file: "storage/legal.ts", code: 'export { a } from "#domain/legal";', breaks: false },
  { file: "plugins/storage-import.ts", code: 'export { a } from "#storage/legal";', breaks: true },
  { file: "durable-objects/storage-import.ts", code: 'export { a } from "#storage/legal";', breaks: true },
  { file: "durable-objects/legal.ts", code: 'export { a } from "#domain/legal";', breaks: false },
  { file: "actions/queue-import.ts", code: 'export { a } from "#queues/legal";', breaks: true },
  { file: "actions/object-import.ts", code: 'export { a } from "#objects/legal";', breaks: true },
  {
    file: "actions/legal.ts",
    code: 'import type { T } from "#objects/legal";\nexport const b: T = 1;\nexport { a } from "#storage/legal";',
    breaks: false,
  },
  { file: "queues/worker-import.ts", code: 'export { a } from "#worker/legal";', breaks: true },
  { file: "queues/legal.ts", code: 'export { a } from "#actions/legal";', breaks: false },
  { file: "worker/relative.ts", code: 'export { a } from "../domain/legal";', breaks: true },
  { file: "worker/legal.ts", code: 'export { a } from "#queues/legal";', breaks: false },
  { file: "dashboard/actions-import.ts", code: 'export { a } from "#actions/legal";', breaks: true },
  { file: "cli/legal.ts", code: 'export { a } from "#sdk/legal";', breaks: false },
  { file: "sdk/domain-import.ts", code: 'export { a } from "#domain/legal";', breaks: true },
];

describe("the layers", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tollgate-layers-"));
  let reported: string[] = [];

  beforeAll(() => {
    copyFileSync(path.join(root, ".oxlintrc.json"), path.join(folder, ".oxlintrc.json"));
    for (const { file, code } of planted) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), `${code}\n`);
    }
    const oxlint = path.join(root, "node_modules/oxlint/bin/oxlint");
    const said = spawnSync(process.execPath, [oxlint, "-f", "unix"], { cwd: folder, encoding: "utf8" }).stdout;
    reported = [...new Set(said.split("\n").flatMap((line) => /^(\S+?):\d+:\d+:.*no-restricted/.exec(line)?.[1] ?? []))];
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("refuses each planted import against the order, and each clock, chance and network in domain", () => {
    expect(reported.toSorted()).toEqual(
      planted
        .filter(({ breaks }) => breaks)
        .map(({ file }) => file)
        .sort(),
    );
  });
});
