import type { PaymentProvider } from "#plugins/payments/contract";

/** Money that arrives outside, a bank transfer say. Charging it means writing down that it came; it never collects by itself. */
export const manual: PaymentProvider = {
  name: "manual",
  collects: false,
  charge: (request) => Promise.resolve({ status: "succeeded", reference: request.method ?? `manual-${request.idempotencyKey}` }),
};
