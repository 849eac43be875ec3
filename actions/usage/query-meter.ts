import type { Context } from "#actions/context";
import { eachAtOnce } from "#actions/usage/at-once";
import { callLedger } from "#actions/usage/call-ledger";
import { type MeterQuestion, mergingOf, notMergeable, ROWS_MAX, tooManyRows } from "#actions/usage/meter-question";
import { queryRollups } from "#actions/usage/query-rollups";
import { aggregationOf } from "#domain/catalog/meter";
import { byPlace, type MergedTotal } from "#domain/metering/merge-totals";
import { ok, refuse, type Result } from "#domain/result";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import type { MeterRow } from "#objects/usage-calls";
import { listCustomers } from "#storage/queries/customers";

/** So many ledgers are asked themselves; more are answered from the hourly rollups. */
const LEDGERS_MAX = 50;
const MINUTE_MS = 60_000;

export type QueryMeter = MeterQuestion & {
  /** Keys; null is every customer. */
  readonly customers: readonly string[] | null;
};

/**
 * What a meter counted, in windows and groups, of one customer, several or all. The ledgers themselves are asked where they
 * are few; where there is nothing, a whole count or sum is 0 and anything else has no row.
 */
export async function queryMeter(context: Context, query: QueryMeter): Promise<Result<readonly MergedTotal[]>> {
  const keys = query.customers ?? (await fewCustomers(context));
  const found =
    keys === null || keys.length > LEDGERS_MAX ? await queryRollups(context, query, keys) : await queryLedgers(context, query, keys);
  if (!found.ok) return found;
  const isWhole = query.unit === null && query.groupBy.length === 0;
  // A ledger says 0 of a whole count of nothing; in a list of customers, who has nothing has no row.
  if (isWhole && query.byCustomer) return ok(found.value.filter(({ value }) => value !== "0"));
  if (!isWhole || found.value.length > 0) return found;
  const { type } = aggregationOf(query.meter);
  const isZero = type === "count" || type === "sum" || type === "unique_count";
  return ok(isZero ? [{ window: query.range ?? minuteOf(context.clock.now()), customer: null, group: {}, value: "0", exact: true }] : []);
}

/** Of nothing there ever was, the minute of the question. */
function minuteOf(now: Instant): Period {
  const start = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  return { start, end: start + MINUTE_MS };
}

/** All customers of the environment, or null where they are too many to be asked. */
async function fewCustomers({ db, environment }: Context): Promise<string[] | null> {
  const { data } = await listCustomers(db, environment.id, { limit: LEDGERS_MAX + 1, after: null });
  return data.length > LEDGERS_MAX ? null : data.map(({ key }) => key);
}

type LedgerRow = MeterRow & { readonly customer: string };

async function queryLedgers(context: Context, query: QueryMeter, keys: readonly string[]): Promise<Result<MergedTotal[]>> {
  const { range, unit, zone, groupBy, filters } = query;
  const answers = await eachAtOnce(keys, async (customer): Promise<Result<LedgerRow[]>> => {
    const answer = await callLedger(context, context.ledgers(customer), (ledger, given) =>
      ledger.queryMeter({ ...given, meter: query.meter.key, range, unit, zone, groupBy, filters }),
    );
    return answer.kind === "refused" ? refuse(answer.code, answer.detail) : ok(answer.rows.map((row) => ({ ...row, customer })));
  });
  const rows: LedgerRow[] = [];
  for (const answer of answers) {
    if (!answer.ok) return answer;
    rows.push(...answer.value);
  }
  if (rows.length > ROWS_MAX) return tooManyRows();
  if (!query.byCustomer && keys.length > 1) return merged(context, query, rows);
  const own = rows.map(({ window, customer, group, value, exact }) => ({
    window,
    customer: query.byCustomer ? customer : null,
    group,
    value,
    exact,
  }));
  return ok(own.sort(byPlace));
}

function merged(context: Context, query: QueryMeter, rows: readonly LedgerRow[]): Result<MergedTotal[]> {
  const merging = mergingOf(query);
  if (merging === null || rows.some(({ state }) => state === null)) return notMergeable(query);
  for (const { state, ...row } of rows) if (state !== null) merging.add({ ...row, state });
  return ok(merging.totals(context.clock.now()));
}
