import type { Environment } from "#domain/tenancy/environment";
import type { PaymentProvider } from "#plugins/payments/contract";
import { manual } from "#plugins/payments/manual";
import { sandbox } from "#plugins/payments/sandbox";

const providers: readonly PaymentProvider[] = [manual, sandbox];

/** A provider by name, where the environment may use it: play money stays in sandboxes. */
export function paymentProvider(kind: Environment["kind"], name: string): PaymentProvider | null {
  const found = providers.find((provider) => provider.name === name) ?? null;
  return found === sandbox && kind === "live" ? null : found;
}

/** The provider that charges an issued invoice by itself. A live environment has none yet: its invoices wait for payment. */
export function collectingProvider(kind: Environment["kind"]): PaymentProvider | null {
  return kind === "sandbox" ? sandbox : null;
}
