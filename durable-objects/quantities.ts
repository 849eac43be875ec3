import type { Meter } from "#domain/catalog/meter";
import { aggregationOf } from "#domain/catalog/meter";
import { readingOf } from "#domain/metering/algebra-of";
import { type Filled, outerValue } from "#domain/metering/aggregations/bucketed";
import { type LevelUnit, weightedValue } from "#domain/metering/aggregations/time-weighted";
import { UNGROUPED } from "#domain/metering/group";
import type { Group } from "#domain/metering/measurement";
import { type Decimal, fromInteger, subtract, ZERO } from "#domain/money/decimal";
import { billingPeriod, revisionAt, usageWindow } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";
import { billedSubscription, type Slot } from "#objects/attribution";
import type { Contract, SubscriptionContract, UsageKey } from "#objects/calls";
import { usageScope } from "#objects/tally/scopes";
import type { LedgerParts } from "#objects/ledger-parts";
import type { Place } from "#objects/tally/cell";
import { MemberCell, rankedValue } from "#objects/tally/member-cell";
import { PartCell } from "#objects/tally/part-cell";
import { isScalar, scalarAlgebra, type Tally } from "#objects/tally/tally";

/** Kinds of which the parts of a period add up to the whole. */
const ADDITIVE = new Set(["count", "sum"]);

/** The usage windows of a billing period up to and with the one that begins at `start`, in order. */
function placesThrough(subscription: SubscriptionContract, start: Instant): Place[] {
  const revision = revisionAt(subscription, start);
  if (revision === null) return [];
  const period = billingPeriod(revision.cadence, start, subscription.zone);
  const places: Place[] = [];
  for (let at = Math.max(period.start, subscription.startAt); at <= start;) {
    const window = usageWindow(subscription, at);
    if (window === null) break;
    places.push({ scope: usageScope(subscription.id), window, zone: subscription.zone });
    at = window.end;
  }
  return places;
}

/**
 * What a usage window adds to the quantity of its billing period: the value of the period through it, less the value before
 * it. For sums that is the window's own sum; for a maximum, say, only what it rose by. So rating the parts one after the
 * other gives what rating the period whole would give.
 */
export function windowQuantity(
  parts: Pick<LedgerParts, "tally" | "state">,
  { subscription: id, meter: key, start }: UsageKey,
  now: Instant,
): Decimal {
  const subscription = parts.state.contract?.subscriptions.find((one) => one.id === id);
  const meter = parts.state.catalog?.meters.find((one) => one.key === key);
  if (subscription === undefined || meter === undefined) return ZERO;
  const places = placesThrough(subscription, start);
  const own = places.at(-1);
  if (own === undefined || own.window.start !== start) return ZERO;
  const aggregation = aggregationOf(meter);
  if (aggregation.type === "time_weighted") return levelQuantity(parts, subscription, meter, aggregation.unit, { own, now });
  if (ADDITIVE.has(aggregation.type) || places.length === 1) return parts.tally.read(meter, own, null, now).value ?? ZERO;
  return subtract(joined(parts.tally, meter, places, now), joined(parts.tally, meter, places.slice(0, -1), now));
}

/**
 * Level × time of a window. A level that was set before the window goes on in the one subscription that the meter is billed
 * to there. An average is over the whole billing period, of which a window is a part.
 */
function levelQuantity(
  { tally, state }: Pick<LedgerParts, "tally" | "state">,
  subscription: SubscriptionContract,
  meter: Meter,
  unit: LevelUnit,
  { own, now }: { readonly own: Place; readonly now: Instant },
): Decimal {
  const { start } = own.window;
  const carries = billedSubscription(state.contract, meter.key, null, start)?.id === subscription.id;
  const area = tally.area(meter, own, null, { until: now, carries });
  const revision = revisionAt(subscription, start);
  if (unit !== "window" || revision === null) return weightedValue(unit, area, own.window);
  const period = billingPeriod(revision.cadence, start, subscription.zone);
  const whole = { start: Math.max(period.start, subscription.startAt), end: Math.min(period.end, subscription.endAt ?? Infinity) };
  return weightedValue(unit, area, whole);
}

/** The value of several windows taken together. */
function joined(tally: Tally, meter: Meter, places: readonly Place[], now: Instant): Decimal {
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) return ZERO;
  const window = { start: first.window.start, end: last.window.end };
  const reading = readingOf(meter, { window, until: Math.min(now, window.end) });
  const aggregation = aggregationOf(meter);
  if (isScalar(meter)) {
    const algebra = scalarAlgebra(meter);
    const states = places.map((place) => tally.stateOf(meter, place, UNGROUPED));
    return (
      algebra.value(
        states.reduce((sum, state) => (algebra.merge === null ? state : algebra.merge(sum, state))),
        reading,
      ) ?? ZERO
    );
  }
  const cells = places.map((place) => tally.cell(meter, place, UNGROUPED));
  if (aggregation.type === "bucketed") {
    const filled = joinedBuckets(cells.filter((cell) => cell instanceof PartCell));
    return outerValue(aggregation.outer, aggregation.window, last.zone)(filled, reading) ?? ZERO;
  }
  const times = new Map<string, number>();
  for (const cell of cells)
    if (cell instanceof MemberCell)
      for (const member of cell.members()) times.set(member.value, (times.get(member.value) ?? 0) + member.times);
  if (aggregation.type !== "percentile") return fromInteger(BigInt(times.size));
  const sorted = [...times].sort(([a], [b]) => (a < b ? -1 : 1)).map(([value, n]) => ({ value, times: n }));
  return (
    rankedValue(
      sorted,
      sorted.reduce((sum, member) => sum + member.times, 0),
      aggregation.percentile,
    ) ?? ZERO
  );
}

/**
 * The usage windows that an event at an instant can alter, by their starts: its own and the later ones of its billing period;
 * a level goes on until the next one is set, over as many periods as that takes.
 */
export function alteredWindows(
  { tally }: Pick<LedgerParts, "tally">,
  subscription: SubscriptionContract,
  { meter, group, at, now }: { readonly meter: Meter; readonly group: Group | null; readonly at: Instant; readonly now: Instant },
): Instant[] {
  const holds = aggregationOf(meter).type === "time_weighted";
  // A level from before the start goes on into the subscription.
  const first = holds ? Math.max(at, subscription.startAt) : at;
  const revision = revisionAt(subscription, first);
  if (revision === null) return [];
  const until = holds
    ? ((group === null ? null : tally.levels.after(meter.key, group, at, Infinity)?.at) ?? Math.max(now, first + 1))
    : billingPeriod(revision.cadence, first, subscription.zone).end;
  const starts: Instant[] = [];
  for (let from = first; from < until && (from === first || from <= now);) {
    const window = usageWindow(subscription, from);
    if (window === null) break;
    starts.push(window.start);
    from = window.end;
  }
  return starts;
}

/** The subscriptions of which an event of a meter may alter windows: the one it is billed to, and any that a level goes on into. */
export function touchedBy(contract: Contract | null, meter: Meter, { billed }: Pick<Slot, "billed">): readonly SubscriptionContract[] {
  if (aggregationOf(meter).type !== "time_weighted") return billed === null ? [] : [billed.subscription];
  return (contract?.subscriptions ?? []).filter(({ terms }) =>
    Object.values(terms).some(({ usagePrices }) => usagePrices.some((price) => price.meter === meter.key)),
  );
}

/** Buckets of several windows; one that a window's edge cut is whole again. */
function joinedBuckets(cells: readonly PartCell[]): Filled[] {
  const [first, ...others] = cells;
  if (first === undefined) return [];
  const totals = new Map(first.parts());
  for (const cell of others)
    for (const [start, part] of cell.parts()) {
      const known = totals.get(start);
      totals.set(start, known === undefined ? part : first.joined(known, part));
    }
  return [...totals].sort(([a], [b]) => a - b).map(([start, part]) => ({ start, value: first.valueOf(part) }));
}
