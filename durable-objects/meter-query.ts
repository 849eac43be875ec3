import { aggregationOf, type Meter } from "#domain/catalog/meter";
import { algebraOf, readingOf } from "#domain/metering/algebra-of";
import { weightedValue } from "#domain/metering/aggregations/time-weighted";
import { matches } from "#domain/metering/filter";
import { groupOf, groupValues } from "#domain/metering/group";
import { measure } from "#domain/metering/measure";
import type { Group } from "#domain/metering/measurement";
import { windowContaining } from "#domain/metering/query-window";
import { add, decimalText, type Decimal, fromInteger, isZero, multiply, ZERO } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import { groupOfMeter } from "#objects/event-reader";
import type { LedgerParts } from "#objects/ledger-parts";
import { BUCKET_MS, BUCKET_SCOPE } from "#objects/tally/scopes";
import { isScalar, scalarAlgebra } from "#objects/tally/tally";
import type { MeterQueryCall, MeterRow } from "#objects/usage-calls";

type Refused = { readonly code: "range_archived" | "unknown_dimension" | "too_many_rows"; readonly detail: string };
type Question = Omit<MeterQueryCall, "catalogVersion" | "catalog" | "meter"> & { readonly meter: Meter };
/** The totals of a query by window and by the values of what it is grouped by. */
type Cells<State> = Map<string, Total<State>>;
type Total<State> = { readonly window: Period; readonly group: Record<string, string | null>; state: State; exact: boolean };

const MOST_ROWS = 20_000;
/** Windows of all groups that one query of levels may look at, with usage or without. */
const MOST_WINDOWS = 100_000;
const MINUTE_MS = 60_000;

/** Answers a meter by windows and groups: from the quarter hours where they fit, else from the events themselves. */
export function queryMeter(parts: LedgerParts, question: Question): MeterRow[] | Refused {
  const range = question.range ?? extentOf(parts, question.meter);
  if (range === null) return emptyRows(question);
  const asked = { ...question, range };
  const dimensions = dimensionsOf(question.meter);
  // Groups are kept by the dimensions of their time; a meter whose dimensions changed is grouped from its events.
  const isWhole = question.groupBy.length === 0 && question.filters.length === 0;
  const byDimension = [...question.groupBy, ...question.filters.map(({ property }) => property)].every((name) => dimensions.includes(name));
  if (aggregationOf(question.meter).type === "time_weighted")
    return byDimension
      ? levelRows(parts, asked)
      : { code: "unknown_dimension", detail: "A level can be grouped and filtered by the meter's dimensions only." };
  const isKept = isScalar(question.meter) && byDimension && fitsQuarterHours(asked) && (isWhole || question.meter.definitions.length === 1);
  const rows = isKept ? fromQuarterHours(parts, asked) : fromEvents(parts, asked);
  if (!Array.isArray(rows)) return rows;
  if (rows.length > MOST_ROWS)
    return { code: "too_many_rows", detail: `A query answers at most ${MOST_ROWS} rows; ask for less at a time.` };
  return rows.length === 0 ? emptyRows(asked) : rows;
}

type Asked = Question & { readonly range: Period };

function dimensionsOf(meter: Meter): string[] {
  return [...new Set(meter.definitions.flatMap(({ dimensions }) => dimensions))];
}

/** A count or sum of nothing, asked whole, is zero; any other question about nothing has no row. */
function emptyRows({ meter, range, unit, groupBy }: Pick<Asked, "meter" | "unit" | "groupBy"> & { range: Period | null }): MeterRow[] {
  const { type } = aggregationOf(meter);
  const isZeroSaid = type === "count" || type === "sum" || type === "unique_count";
  if (range === null || unit !== null || groupBy.length > 0 || !isZeroSaid) return [];
  const state = isScalar(meter) ? scalarAlgebra(meter).encode(scalarAlgebra(meter).empty) : null;
  return [{ window: range, group: {}, value: "0", state, exact: true }];
}

function fitsQuarterHours({ range, unit }: Asked): boolean {
  return unit !== "minute" && range.start % BUCKET_MS === 0 && range.end % BUCKET_MS === 0;
}

function windowOf({ range, unit, zone }: Asked, at: Instant): Period {
  if (unit === null) return range;
  const window = windowContaining(at, unit, zone);
  return { start: Math.max(window.start, range.start), end: Math.min(window.end, range.end) };
}

function fromQuarterHours({ sql }: LedgerParts, asked: Asked): MeterRow[] {
  const { meter, range, groupBy, filters } = asked;
  const algebra = scalarAlgebra(meter);
  const ofGroups = groupBy.length > 0 || filters.length > 0;
  const cells: Cells<unknown> = new Map();
  let window: Period = { start: 0, end: 0 };
  for (const { start, grp, state } of sql.exec<{ start: number; grp: string; state: string }>(
    `SELECT start, grp, state FROM counter WHERE scope = ? AND meter = ? AND start >= ? AND start < ? AND ${ofGroups ? "grp <> ''" : "grp = ''"} ORDER BY start, grp`,
    BUCKET_SCOPE,
    meter.key,
    range.start,
    range.end,
  )) {
    const values = groupOfMeter(meter, grp);
    if (!matches(filters, values)) continue;
    if (start >= window.end || start < window.start) window = windowOf(asked, start);
    const cell = cellOf(cells, window, picked(values, groupBy), algebra.empty);
    cell.state = algebra.merge === null ? algebra.decode(state) : algebra.merge(cell.state, algebra.decode(state));
  }
  return rowsOf(
    cells,
    (state, of) => algebra.value(state, { window: of, until: of.end }),
    (state) => algebra.encode(state),
  );
}

function fromEvents({ state, log, standing, tally }: LedgerParts, asked: Asked): MeterRow[] | Refused {
  const { meter, range, groupBy, filters, zone, now } = asked;
  if (range.start < state.sealedBefore)
    return { code: "range_archived", detail: "This question needs the events of that time, which are archived; restore them first." };
  const aggregation = aggregationOf(meter);
  const algebra = algebraOf(aggregation, zone);
  const cells: Cells<typeof algebra.empty> = new Map();
  for (const row of log.between(range.start, range.end)) {
    for (const { event, order } of standing.counted(row, range.start, range.end)) {
      const measured = measure(meter, event);
      if (!measured.ok || measured.value === null || !matches(filters, event.properties)) continue;
      const { value, text } = measured.value;
      const cell = cellOf(cells, windowOf(asked, event.time), propertiesPicked(event.properties, groupBy), algebra.empty);
      const added = algebra.add(cell.state, { value, text, at: event.time, order });
      // Past the cap a new value is left out and said to be missing; a question is answered in as bounded memory as a count.
      if ((algebra.distinct?.(added) ?? 0) > tally.mostDistinct) cell.exact = false;
      else cell.state = added;
      if (cells.size > MOST_ROWS)
        return { code: "too_many_rows", detail: `A query answers at most ${MOST_ROWS} rows; ask for less at a time.` };
    }
  }
  const until = readingOf(meter, { window: range, until: Math.min(range.end, now) }).until;
  return rowsOf(
    cells,
    (total, window) => algebra.value(total, { window, until: Math.min(window.end, Math.max(until, window.start)) }),
    isScalar(meter) ? (total) => algebra.encode(total) : () => null,
  );
}

/** Levels hold on without events, so every window up to now has them. Exact areas are summed before the unit divides. */
function levelRows({ tally }: LedgerParts, asked: Asked): MeterRow[] | Refused {
  const { meter, range, groupBy, filters, now } = asked;
  const aggregation = aggregationOf(meter);
  if (aggregation.type !== "time_weighted") return [];
  const end = readingOf(meter, { window: range, until: Math.min(range.end, now) }).until;
  const cells: Cells<Decimal> = new Map();
  let looked = 0;
  for (const group of tally.groups.of(meter.key)) {
    const values = groupOfMeter(meter, group);
    if (!matches(filters, values)) continue;
    for (let at = range.start; at < end;) {
      looked += 1;
      if (looked > MOST_WINDOWS)
        return { code: "too_many_rows", detail: "A query of levels looks at so many windows at most; ask for less at a time." };
      const window = windowOf(asked, at);
      const area = areaOf(tally.levels, meter.key, group, { start: window.start, end: Math.min(window.end, end) });
      if (!isZero(area)) {
        const cell = cellOf(cells, window, picked(values, groupBy), ZERO);
        cell.state = add(cell.state, area);
      }
      if (cells.size > MOST_ROWS)
        return { code: "too_many_rows", detail: `A query answers at most ${MOST_ROWS} rows; ask for less at a time.` };
      at = window.end;
    }
  }
  return rowsOf(
    cells,
    (area, window) => weightedValue(aggregation.unit, area, window),
    () => null,
  );
}

/** Level × milliseconds of one group in a period. */
function areaOf(levels: LedgerParts["tally"]["levels"], meter: string, group: Group, { start, end }: Period): Decimal {
  let [area, level, since] = [ZERO, levels.before(meter, group, start)?.level ?? ZERO, start];
  for (const point of levels.between(meter, group, start, end)) {
    area = add(area, multiply(level, fromInteger(BigInt(point.at - since))));
    [level, since] = [point.level, point.at];
  }
  return add(area, multiply(level, fromInteger(BigInt(end - since))));
}

/** From the first event to the last, cut to whole minutes; null where there is none. */
function extentOf({ sql, log, standing, tally, state }: LedgerParts, meter: Meter): Period | null {
  let [first, last] = [Infinity, -Infinity];
  if (aggregationOf(meter).type === "time_weighted") {
    for (const group of tally.groups.of(meter.key)) first = Math.min(first, tally.levels.after(meter.key, group, 0, -1)?.at ?? Infinity);
    last = state.latest(0);
  } else if (isScalar(meter)) {
    const edges = sql
      .exec<{ first: number | null; last: number | null }>(
        "SELECT min(start) AS first, max(start) AS last FROM counter WHERE scope = ? AND meter = ? AND grp = ''",
        BUCKET_SCOPE,
        meter.key,
      )
      .one();
    if (edges.first === null || edges.last === null) return null;
    [first, last] = [edges.first, edges.last + BUCKET_MS - 1];
    // The quarter hours at both ends are looked at more closely, where their events are still here.
    if (edges.first >= state.sealedBefore) {
      const head = eventsBetween({ log, standing }, meter, edges.first, edges.first + BUCKET_MS);
      const tail = eventsBetween({ log, standing }, meter, edges.last, edges.last + BUCKET_MS);
      [first, last] = [Math.min(...head, last), Math.max(...tail, first)];
    }
  } else {
    for (const at of eventsBetween({ log, standing }, meter, state.sealedBefore, Infinity))
      [first, last] = [Math.min(first, at), Math.max(last, at)];
  }
  if (first > last) return null;
  return { start: Math.floor(first / MINUTE_MS) * MINUTE_MS, end: Math.floor(last / MINUTE_MS) * MINUTE_MS + MINUTE_MS };
}

function* eventsBetween(
  { log, standing }: Pick<LedgerParts, "log" | "standing">,
  meter: Meter,
  from: Instant,
  to: Instant,
): Generator<Instant> {
  for (const row of log.between(from, to)) {
    for (const { event } of standing.counted(row, from, to)) {
      const measured = measure(meter, event);
      if (measured.ok && measured.value !== null) yield event.time;
    }
  }
}

function picked(values: Readonly<Record<string, string | null>>, groupBy: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(groupBy.map((name) => [name, values[name] ?? null]));
}

function propertiesPicked(properties: Parameters<typeof groupOf>[1], groupBy: readonly string[]): Record<string, string | null> {
  return groupValues(groupBy, groupOf(groupBy, properties));
}

function cellOf<State>(cells: Cells<State>, window: Period, group: Record<string, string | null>, empty: State) {
  const name = `${window.start} ${JSON.stringify(group)}`;
  const known = cells.get(name);
  if (known !== undefined) return known;
  const cell = { window, group, state: empty, exact: true };
  cells.set(name, cell);
  return cell;
}

function rowsOf<State>(
  cells: Cells<State>,
  valueOf: (state: State, window: Period) => Decimal | null,
  encode: (state: State) => string | null,
): MeterRow[] {
  return [...cells.values()]
    .flatMap(({ window, group, state, exact }) => {
      const value = valueOf(state, window);
      return value === null ? [] : [{ window, group, value: decimalText(value), state: encode(state), exact }];
    })
    .sort((a, b) => a.window.start - b.window.start || (JSON.stringify(a.group) < JSON.stringify(b.group) ? -1 : 1));
}
