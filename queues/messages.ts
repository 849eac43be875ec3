import * as z from "zod";

/** What travels through the queue: "look at this". Ids only; the truth lies in the outbox row or in the ledger. */
export const message = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("outbox"), environment: z.string(), id: z.string() }),
  z.strictObject({ kind: z.literal("ledger_facts"), environment: z.string(), customer_key: z.string() }),
  z.strictObject({ kind: z.literal("usage_rollups"), environment: z.string(), customer_key: z.string() }),
]);

export type Message = z.infer<typeof message>;
