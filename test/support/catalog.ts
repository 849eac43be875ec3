import type { Api, WireSubscription } from "#test/support/api";

type Wire = Readonly<Record<string, unknown>>;

export const flat = (key: string, amount: string, timing = "in_advance"): Wire => ({
  key,
  product: "app",
  name: key,
  kind: "flat",
  timing,
  model: { type: "flat", amount },
});

export const seats = (key: string, unitAmount: string): Wire => ({
  key,
  product: "app",
  name: key,
  kind: "seat",
  model: { type: "per_unit", unit_amount: unitAmount },
});

/** A price on the meter of the same key. */
export const usage = (key: "calls" | "tokens", unitAmount: string, included = "0"): Wire => ({
  key,
  product: "app",
  name: key,
  kind: "usage",
  meter: key,
  included,
  model: { type: "per_unit", unit_amount: unitAmount },
});

/** `calls` counts events of type `call`; `tokens` adds up the property `tokens` of events of type `completion`. */
export async function catalog(api: Api): Promise<void> {
  await Promise.all([
    api.post("/v1/meters", { key: "calls", name: "Calls", event_type: "call", aggregation: "count", unit: "call" }),
    api.post("/v1/meters", { key: "tokens", name: "Tokens", event_type: "completion", aggregation: "sum", value_property: "tokens" }),
    api.post("/v1/products", { key: "app", name: "App" }),
  ]);
  await api.post("/v1/features", { key: "calls", name: "Calls", type: "metered", meter: "calls" });
}

export async function publishPlan(api: Api, key: string, prices: readonly Wire[], rest: Wire = {}): Promise<void> {
  await api.post("/v1/plans", { key, name: key, currency: "USD", interval: "month", prices, ...rest });
  await api.post(`/v1/plans/${key}/publish`);
}

/** A customer of the same key as given, billed in UTC. */
export async function customer(api: Api, key: string, rest: Wire = {}): Promise<void> {
  await api.post("/v1/customers", { key, name: `Customer ${key}`, currency: "USD", time_zone: "UTC", ...rest });
}

/** A new customer on a plan, from the clock's now. */
export async function subscribe(api: Api, customerKey: string, plan: string, rest: Wire = {}): Promise<WireSubscription> {
  await customer(api, customerKey);
  return await api.post<WireSubscription>("/v1/subscriptions", { customer: customerKey, plan, ...rest });
}
