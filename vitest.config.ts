import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

/** `domain` runs in plain Node, in milliseconds; `workers` runs inside workerd with every binding of wrangler.toml. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "domain", include: ["test/domain/**/*.test.ts"] } },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: { MIGRATIONS: await readD1Migrations("./d1-migrations"), BOOTSTRAP_TOKEN: "bootstrap-token-for-tests" } },
          })),
        ],
        test: {
          name: "workers",
          include: ["test/integration/**/*.test.ts", "test/scenarios/**/*.test.ts"],
          setupFiles: ["./test/support/migrate.ts"],
        },
      },
    ],
  },
});
