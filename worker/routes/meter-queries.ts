import { z } from "@hono/zod-openapi";
import type { Context } from "#actions/context";
import { queryMeter } from "#actions/usage/query-meter";
import type { Meter } from "#domain/catalog/meter";
import { type MergedTotal, placeOf } from "#domain/metering/merge-totals";
import { ok, refuse, refuseField, type Result } from "#domain/result";
import type { CalendarDate } from "#domain/time/calendar-date";
import { EARLIEST, formatInstant, type Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import { startOfDay, UTC, type Zone } from "#domain/time/zone";
import { findMeter } from "#storage/queries/catalog";
import { customerKeys, findCustomer } from "#storage/queries/customers";
import { csv, plainText } from "#worker/csv";
import { type App, route } from "#worker/route";
import { listOf, pageToWire } from "#worker/schemas/list";
import { meterGroupsSchema, meterGroupsToWire, meterQuery, meterQuerySchema, queriedToWire } from "#worker/schemas/meter-queries";
import { referenceSchema } from "#worker/schemas/scalars";

const MINUTE_MS = 60_000;

type Query = z.output<typeof meterQuery>;
type Asked = { readonly customers: readonly string[] | null; readonly zone: Zone };

/** What was counted, by window and group. */
export function meterQueryRoutes(app: App): void {
  groupCounts(app);
  route(app, {
    method: "get",
    path: "/v1/meters/{meter}/query",
    operationId: "queryMeter",
    tag: "Usage",
    summary: "Totals of a meter, of one customer, several or all, by window and group",
    scope: "read",
    changes: false,
    params: z.object({ meter: referenceSchema }),
    query: meterQuery,
    lists: ["customer", "group_by"],
    alsoCsv: true,
    responses: { 200: { description: "Windows with usage, in order of time", schema: meterQuerySchema } },
    run: async ({ context, params, query }) => {
      const meter = await findMeter(context.db, context.environment.id, params.meter);
      if (meter === null) return refuse("not_found", "There is no such meter.");
      const asked = await whomAndWhere(context, query);
      if (!asked.ok) return asked;
      const range = rangeOf(query, asked.value.zone, context.clock.now());
      if (!range.ok) return range;
      const dimensions = (query.group_by ?? []).filter((name) => name !== "customer");
      const rows = await queryMeter(context, {
        meter,
        ...asked.value,
        range: range.value,
        unit: query.window ?? null,
        groupBy: dimensions,
        byCustomer: query.group_by?.includes("customer") ?? false,
        filters: query.filter ?? [],
      });
      return rows.ok ? ok({ meter, query, dimensions, zone: asked.value.zone, rows: rows.value }) : rows;
    },
    answer: (answered) =>
      answered.query.format === "csv" ? { status: 200, csv: csvOf(answered) } : { status: 200, body: bodyOf(answered) },
  });
}

/** How near a customer's meters are to the limit of their groups. */
function groupCounts(app: App): void {
  route(app, {
    method: "get",
    path: "/v1/customers/{customer}/meter-groups",
    operationId: "listMeterGroups",
    tag: "Usage",
    summary: "How many combinations of dimension values each meter has had of a customer; an event beyond the limit is refused",
    scope: "read",
    changes: false,
    params: z.object({ customer: referenceSchema }),
    responses: { 200: { description: "Meters with dimensions", schema: listOf(meterGroupsSchema) } },
    run: async ({ context, params }) => {
      const customer = await findCustomer(context.db, context.environment.id, params.customer);
      return customer === null ? refuse("not_found", "There is no such customer.") : ok(await context.ledgers(customer.key).groupCounts());
    },
    answer: (counts) => ({ status: 200, body: { data: counts.map(meterGroupsToWire), next_cursor: null } }),
  });
}

/** The customers by key, and the zone whose days count. */
async function whomAndWhere({ db, environment }: Context, { customer: names, time_zone }: Query): Promise<Result<Asked>> {
  const zone = time_zone ?? UTC;
  if (names === undefined) return ok({ customers: null, zone });
  const [first, ...others] = names;
  if (first !== undefined && others.length === 0) {
    const found = await findCustomer(db, environment.id, first);
    return found === null ? unknownCustomer(first) : ok({ customers: [found.key], zone: time_zone ?? found.timeZone });
  }
  const known = await customerKeys(db, environment.id, names);
  const unknown = names.find((name) => !known.has(name));
  return unknown === undefined ? ok({ customers: [...new Set(known.values())], zone }) : unknownCustomer(unknown);
}

function unknownCustomer(name: string) {
  return refuseField("unknown_customer", "/customer", `There is no customer ${name}.`);
}

/** Null without both edges; a missing end is now, to the minute after. */
function rangeOf({ from, to }: Query, zone: Zone, now: Instant): Result<Period | null, "invalid_range"> {
  if (from === undefined && to === undefined) return ok(null);
  const instantOf = (edge: Instant | CalendarDate): Instant => (typeof edge === "number" ? edge : startOfDay(edge, zone));
  const start = from === undefined ? EARLIEST : instantOf(from);
  const end = to === undefined ? Math.floor(now / MINUTE_MS) * MINUTE_MS + MINUTE_MS : instantOf(to);
  return start < end ? ok({ start, end }) : refuseField("invalid_range", "/to", "to comes after from.");
}

type Answered = {
  readonly meter: Meter;
  readonly query: Query;
  readonly dimensions: readonly string[];
  readonly zone: Zone;
  readonly rows: readonly MergedTotal[];
};

function bodyOf({ meter, query: { limit, cursor }, zone, rows }: Answered) {
  const rest = cursor === undefined ? rows : rows.filter((row) => placeOf(row) > cursor);
  const data = rest.slice(0, limit);
  const last = data.at(-1);
  const nextCursor = rest.length > limit && last !== undefined ? placeOf(last) : null;
  return { meter: meter.key, unit: meter.unit, time_zone: zone, ...pageToWire({ data, nextCursor }, queriedToWire) };
}

function csvOf({ query, dimensions, rows }: Answered): string {
  const byCustomer = query.group_by?.includes("customer") ?? false;
  const header = ["window_start", "window_end", ...(byCustomer ? ["customer"] : []), ...dimensions.map(plainText), "value"];
  return csv([
    header,
    ...rows.map(({ window, customer, group, value }) => [
      formatInstant(window.start),
      formatInstant(window.end),
      ...(byCustomer ? [plainText(customer)] : []),
      ...dimensions.map((name) => plainText(group[name] ?? null)),
      value,
    ]),
  ]);
}
