import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { existsSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** The published trace, where it is at hand; the scenario makes one of the same form otherwise. */
const TRACE = "../shared/data/azure-llm-code-2023.csv";

/** What other billing systems assert of themselves: our copy of the facts, held to the records where those are at hand. */
const PEERS = ["openmeter", "lago", "meteroid"];
const figures = (folder: string): Record<string, string> =>
  Object.fromEntries(PEERS.map((peer) => [peer, `${folder}/${peer}.json`]).map(([peer = "", file = ""]) => [peer, textOf(file)]));
const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");

/** `domain` runs in plain Node, in milliseconds; `workers` runs inside workerd with every binding of wrangler.toml. */
export default defineConfig({
  test: {
    projects: [
      // Pure functions leave nothing behind, so the files may share a process.
      { test: { name: "domain", isolate: false, testTimeout: 30_000, include: ["test/domain/**/*.test.ts"] } },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                MIGRATIONS: await readD1Migrations("./d1-migrations"),
                MODEL_SEED: process.env["MODEL_SEED"] ?? "",
                BOOTSTRAP_TOKEN: "bootstrap-token-for-tests",
                TRACE_CSV: textOf(TRACE),
                METERING_GUIDE: textOf("./docs/guides/metering.md"),
                FIGURES: figures("./test/conformance"),
                RECORDED_FIGURES: figures("../shared/conformance"),
              },
            },
          })),
        ],
        test: {
          name: "workers",
          // A limit for what hangs, not a measure of speed: machines are shared.
          testTimeout: 30_000,
          hookTimeout: 60_000,
          include: ["test/integration/**/*.test.ts", "test/scenarios/**/*.test.ts"],
          setupFiles: ["./test/support/migrate.ts"],
        },
      },
    ],
  },
});
