import { type Api, sandbox, type WireEvent } from "#test/support/api";
import { customer } from "#test/support/catalog";
import { replayFigures } from "#test/support/conformance";

type Totals = { readonly data: readonly { readonly value: string }[] };
type Upcoming = { readonly bills: readonly { readonly total: number }[] };

type Weighted = { period: [string, string]; events: [string, number][] };
type Held = { held: [string, string | null][]; counted: [string, string]; days: number; round_up_decimals: number };
type Highest = { currency: string; customer_timezone: string; unit_price: string; events_in_order: number[] };
type Tier = { up_to: string | null; third_party: string; first_party: string };
type Custom = { currency: string; customer_timezone: string; events: { value: number; kind: string }[]; unit_price: string; tiers: Tier[] };

const meter = (api: Api, key: string, rest: object) =>
  api.post("/v1/meters", { key, name: key, event_type: "used", value_property: "value", ...rest });
const counted = async (api: Api, key: string, [from, to]: readonly [string, string]): Promise<string> =>
  (await api.get<Totals>(`/v1/meters/${key}/query?customer=acme&from=${from}&to=${to}`)).data[0]?.value ?? "none";

/** A level is told when it changes; the average over the whole period is what they call a weighted sum. */
async function weighted({ period, events }: Weighted) {
  const api = await sandbox(period[0]);
  await meter(api, "level", { aggregation: "time_weighted", time_unit: "window" });
  await customer(api, "acme");
  await api.record(
    events.map(([time, value], index): WireEvent => ({
      id: `${index}`,
      type: "used",
      customer: "acme",
      time: `${time}:00Z`,
      data: { value },
    })),
  );
  await api.advance(period[1]);
  return { units: Number(await counted(api, "level", period)) };
}

/** Who is held is a level of 1, of each by itself; the days of all make the total, of which their rule makes a share. */
async function held({ held, counted: range, days, round_up_decimals }: Held) {
  const steps = held
    .flatMap(([added, removed], value) => [
      { time: added, value, level: 1 },
      ...(removed === null ? [] : [{ time: removed, value, level: 0 }]),
    ])
    .sort((a, b) => (a.time < b.time ? -1 : 1));
  const api = await sandbox(steps[0]?.time ?? range[0]);
  await meter(api, "held", { aggregation: "time_weighted", time_unit: "day", value_property: "level", dimensions: ["value"] });
  await customer(api, "acme");
  for (const { time, ...data } of steps) {
    await api.advance(time);
    await api.record([{ id: `${data.value} ${data.level}`, type: "used", customer: "acme", time, data }]);
  }
  await api.advance(range[1]);
  const scale = 10 ** round_up_decimals;
  return { units: Math.ceil((Number(await counted(api, "held", range)) / days) * scale) / scale };
}

/** The total of the bill after each event. */
async function billedAfterEach(api: Api, events: readonly object[]): Promise<number[]> {
  const totals: number[] = [];
  for (const [index, data] of events.entries()) {
    await api.record([{ id: `${index}`, type: "used", customer: "acme", data: { ...data } }]);
    totals.push((await api.get<Upcoming>("/v1/customers/acme/upcoming-invoice")).bills[0]?.total ?? 0);
  }
  return totals;
}

async function billed(api: Api, given: { currency: string; customer_timezone: string }, models: Readonly<Record<string, object>>) {
  await api.post("/v1/products", { key: "app", name: "App" });
  const prices = Object.entries(models).map(([key, model]) => ({ key, product: "app", name: key, kind: "usage", meter: key, model }));
  await api.post("/v1/plans", { key: "metered", name: "Metered", currency: given.currency, interval: "month", prices });
  await api.post("/v1/plans/metered/publish");
  await customer(api, "acme", { currency: given.currency, time_zone: given.customer_timezone });
  await api.post("/v1/subscriptions", { customer: "acme", plan: "metered" });
}

async function highest({ unit_price, events_in_order, ...given }: Highest) {
  const api = await sandbox("2024-03-01T00:00:00Z");
  await meter(api, "highest", { aggregation: "max" });
  await billed(api, given, { highest: { type: "per_unit", unit_amount: unit_price } });
  const totals = await billedAfterEach(
    api,
    events_in_order.map((value) => ({ value })),
  );
  const { data } = await api.get<{ data: unknown[] }>("/v1/events?customer=acme&status=counted");
  return { ...afterEach("", totals), events_count: data.length };
}

/**
 * Their running total prices an event by its kind, at the place where it falls. Ours prices all units as first-party ones,
 * and what a third-party unit costs more by a meter of its own: the closest that takes events in any order.
 */
async function byKind({ unit_price, tiers, events, ...given }: Custom) {
  const api = await sandbox("2024-03-01T00:00:00Z");
  await meter(api, "standard", { aggregation: "sum" });
  await meter(api, "first", { aggregation: "sum" });
  await meter(api, "more", { aggregation: "sum", filters: [{ property: "kind", operator: "=", value: "third_party" }] });
  const graduated = (priceOf: (tier: Tier) => string) => ({
    type: "graduated",
    tiers: tiers.map((tier) => ({ up_to: tier.up_to, unit_amount: priceOf(tier) })),
  });
  await billed(api, given, {
    standard: { type: "per_unit", unit_amount: unit_price },
    first: graduated(({ first_party }) => first_party),
    more: graduated(({ first_party, third_party }) => (Number(third_party) - Number(first_party)).toFixed(2)),
  });
  return afterEach("total_", await billedAfterEach(api, events));
}

function afterEach(prefix: string, totals: readonly number[]): Record<string, number> {
  return Object.fromEntries(totals.map((total, index) => [`${prefix}after_${index + 1}_cents`, total]));
}

replayFigures({
  file: "lago",
  whole: ["aggregation_weighted_sum", "aggregation_unique_count_prorated", "aggregation_max", "aggregation_custom"],
  replays: {
    aggregation_weighted_sum: weighted,
    aggregation_unique_count_prorated: held,
    aggregation_max: highest,
    aggregation_custom: byKind,
  },
  differences: {
    // The third-party unit comes as the 1,001st of all and costs 0.02 more there; by itself it is the first, and costs 0.03 more.
    "custom-tiered-by-event-kind": {
      ours: {
        total_after_1_cents: 212,
        total_after_2_cents: 212_000,
        total_after_3_cents: 212_213,
        total_after_4_cents: 212_423,
        total_after_5_cents: 4_202_003,
        total_after_6_cents: 4_202_211,
        total_after_7_cents: 10_442_621,
      },
      sentence: "Design 6: Delivered once or a hundred times, in any order, by any number of senders: counted once.",
    },
  },
});
