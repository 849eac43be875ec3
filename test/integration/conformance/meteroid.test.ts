import { sandbox, type WireSubscription } from "#test/support/api";
import { catalog, customer, flat, publishPlan, subscribe, usage } from "#test/support/catalog";
import { replayFigures } from "#test/support/conformance";
import { rows } from "#test/support/rows";
import { calls, linesOf } from "#test/support/usage";

type UntilCancel = {
  plan: { flat_fee_advance: string; usage_per_unit_arrears: string; currency: string; start: string };
  usage_units: Record<string, number>;
  cancel_effective: string;
};
type Repriced = {
  subscription: { flat_fee: string; api_calls_per_unit: string };
  start: string;
  override_api_calls_per_unit: { to: string; on: string };
  usage: Record<string, number>;
};

const midnight = (day: string): string => `${day}T00:00:00Z`;
/** So long after a boundary the invoice of its period is issued. */
const afterGrace = (day: string): string => `${day}T00:00:01Z`;

async function untilCancel({ plan, usage_units, cancel_effective }: UntilCancel) {
  const api = await sandbox(midnight(plan.start));
  await catalog(api);
  await publishPlan(api, "pro", [flat("base", plan.flat_fee_advance), usage("calls", plan.usage_per_unit_arrears)], {
    currency: plan.currency,
  });
  await customer(api, "acme", { currency: plan.currency });
  const { id } = await api.post<WireSubscription>("/v1/subscriptions", { customer: "acme", plan: "pro" });
  for (const [month, units] of Object.entries(usage_units)) {
    await api.advance(midnight(`${month}-10`));
    await api.record(calls("acme", units, midnight(`${month}-09`)));
  }
  await api.post(`/v1/subscriptions/${id}/cancel`, { effective: "period_end" });
  await api.advance(afterGrace(cancel_effective.replace("-01", "-02")));
  const { end_at } = await api.get<WireSubscription>(`/v1/subscriptions/${id}`);
  if (end_at !== midnight(cancel_effective)) throw new Error(`the subscription ended at ${end_at}`);
  const invoices = await api.invoices("acme");
  // No route shows recurring revenue yet; its movements are what the level is the sum of.
  const movements = await rows("mrr_movement", api.environment);
  return {
    invoice_count: invoices.length,
    invoice_2_cents: invoices[1]?.total,
    invoice_3_cents: invoices[2]?.total,
    mrr_cents_after: movements.reduce((sum, { amount }) => sum + Number(amount), 0),
  };
}

/** A price that changes on a day is a change of plan there: usage before and after it stands on lines of its own. */
async function repriced({
  subscription: { flat_fee, api_calls_per_unit },
  start,
  override_api_calls_per_unit: { to, on },
  usage: used,
}: Repriced) {
  const api = await sandbox(midnight(start));
  await catalog(api);
  await publishPlan(api, "before", [flat("base", flat_fee), usage("calls", api_calls_per_unit)]);
  await publishPlan(api, "after", [flat("base", flat_fee), usage("calls", to)]);
  const { id } = await subscribe(api, "acme", "before");
  const spans = Object.entries(used).map(([span, count]) => ({
    from: span.slice(0, 10),
    to: `${span.slice(0, 4)}-${span.slice(-5)}`,
    count,
  }));
  for (const { from, to, count } of spans) {
    if (from === on) await api.post(`/v1/subscriptions/${id}/change`, { plan: "after", billing: "next_invoice" });
    await api.record(calls("acme", count, midnight(from)));
    await api.advance(midnight(to));
  }
  const invoice = (await api.invoices("acme")).at(-1);
  if (invoice === undefined || !invoice.as_of.startsWith("2025-03-01")) throw new Error(`the last invoice is of ${invoice?.as_of}`);
  return {
    "invoice_2025-03-01_cents": invoice.total,
    usage_lines_cents: linesOf(invoice).flatMap(([, purpose, , amount]) => (purpose === "usage" ? [amount] : [])),
  };
}

// None of their areas is of aggregations or meters: `usage` is what there is, and one amendment that splits usage in time.
replayFigures({
  file: "meteroid",
  whole: ["usage"],
  absent: [/aggregation/, /meter/],
  replays: { usage: untilCancel, amendment: repriced },
  differences: {},
});
