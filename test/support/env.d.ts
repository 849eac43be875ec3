import type { D1Migration } from "@cloudflare/vitest-pool-workers";

declare global {
  namespace Cloudflare {
    /** Bindings that only the test runtime has (vitest.config.ts). */
    interface Env {
      MIGRATIONS: D1Migration[];
      TRACE_CSV: string;
      /** Files of other systems' figures, by system: our copy, and the records where they are at hand (else empty). */
      FIGURES: Readonly<Record<"openmeter" | "lago" | "meteroid", string>>;
      RECORDED_FIGURES: Readonly<Record<"openmeter" | "lago" | "meteroid", string>>;
      METERING_GUIDE: string;
      /** Repeats a run of the ledger model; empty: a new one each time. */
      MODEL_SEED: string;
      BOOTSTRAP_TOKEN: string;
    }
  }
  /** What vite makes of it. */
  interface ImportMeta {
    glob(pattern: string, options: { readonly eager: true }): Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }
}
