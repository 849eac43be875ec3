import type { CustomerLedger } from "#objects/customer-ledger";
import type { Message } from "#queues/messages";

/** The bindings of wrangler.toml. `BOOTSTRAP_TOKEN` is a secret; without it nobody can create an organization. */
export type Bindings = {
  readonly DB: D1Database;
  readonly LEDGER: DurableObjectNamespace<CustomerLedger>;
  readonly FILES: R2Bucket;
  readonly WORK: Queue<Message>;
  readonly BOOTSTRAP_TOKEN?: string;
};
