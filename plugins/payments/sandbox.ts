import type { ChargeResult, PaymentProvider } from "#plugins/payments/contract";

/**
 * A provider that moves no money. The method scripts the outcome, so the same attempt always ends the same way however often
 * it is asked: `decline` and `insufficient_funds` fail, `unknown` loses its answer, everything else succeeds.
 */
export const sandbox: PaymentProvider = {
  name: "sandbox",
  collects: true,
  charge: ({ method, idempotencyKey }) => Promise.resolve(outcome(method, `sandbox-${idempotencyKey}`)),
};

function outcome(method: string | null, reference: string): ChargeResult {
  switch (method) {
    case "decline":
      return { status: "failed", code: "card_declined", reference };
    case "insufficient_funds":
      return { status: "failed", code: "insufficient_funds", reference };
    case "unknown":
      return { status: "unknown", reason: "the provider's answer was lost" };
    default:
      return { status: "succeeded", reference };
  }
}
