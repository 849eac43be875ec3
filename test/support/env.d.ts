import type { D1Migration } from "@cloudflare/vitest-pool-workers";

declare global {
  namespace Cloudflare {
    /** Bindings that only the test runtime has (vitest.config.ts). */
    interface Env {
      MIGRATIONS: D1Migration[];
      TRACE_CSV: string;
      BOOTSTRAP_TOKEN: string;
    }
  }
}
