import { independentBill, type IndependentBill } from "#test/support/trace-story/independent-bill";
import { rowsByCustomer, type TraceRow } from "#test/support/trace-story/trace";

/** How the story reaches the platform: over a socket, or inside the runtime. Throws when no answer came. */
export type Send = (path: string, init: RequestInit) => Promise<Response>;

export type StoryOptions = {
  readonly send: Send;
  /** A key that may create environments. */
  readonly adminKey: string;
  readonly rows: readonly TraceRow[];
  /** Names the sandbox; must be new. */
  readonly sandbox: string;
  readonly tell: (line: string) => void;
  /** Called before each call of the sending step; a test breaks things here. */
  readonly beforeBatch?: (index: number, of: number) => Promise<void>;
  /** Waits between tries when no answer came; nothing is retried where it is absent. */
  readonly waitBeforeRetry?: () => Promise<void>;
};

export type BilledCustomer = {
  readonly key: string;
  readonly expected: IndependentBill;
  readonly first: WireInvoice;
  readonly second: WireInvoice;
};

export type WireInvoice = {
  readonly id: string;
  readonly status: string;
  readonly number: string;
  readonly currency: string;
  readonly total: number;
  readonly amount_due: number;
  readonly lines: readonly {
    readonly price: string;
    readonly purpose: string;
    readonly quantity: string;
    readonly amount: number;
    readonly period: { readonly start: string; readonly end: string };
  }[];
};

const CLOCK_START = "2023-11-01T00:00:00Z";
const USAGE_AT = "2023-11-16T20:00:00Z";
const AFTER_GRACE = "2023-12-03T00:00:00Z";
const EVENTS_PER_CALL = 500;
const CALL_LIMIT = 100_000;

/**
 * A month of a real service: one plan, a customer per thousand requests in two time zones, every event delivered twice and
 * out of order in two formats, balances checked on the way, and in the end the invoices. Throws at the first wrong figure.
 */
export async function tellTraceStory(options: StoryOptions): Promise<{ key: string; customers: BilledCustomer[] }> {
  const { tell } = options;
  const created = await call(options, options.adminKey, "POST", "/v1/environments", {
    kind: "sandbox",
    key: options.sandbox,
    name: "Trace story",
    clock_at: CLOCK_START,
  });
  const key = (created as { api_key: { key: string } }).api_key.key;
  tell(`1. A new sandbox; its clock stands at ${CLOCK_START}`);
  await publishPlan(options, key);
  tell("   Published plan pro: 99.00 USD a month, and three meters with packages and tiers");

  const groups = rowsByCustomer(options.rows);
  for (const index of groups.keys()) await subscribe(options, key, index + 1);
  tell(`2. ${groups.length} customers subscribed on 2023-11-01, in America/Los_Angeles and Asia/Kolkata`);

  await advance(options, key, USAGE_AT);
  const sent = await sendEverythingTwice(options, key, groups);
  tell(
    `3. ${options.rows.length} events sent twice in ${sent.calls} shuffled calls: ${sent.accepted} counted, ${sent.duplicates} recognised as duplicates`,
  );
  tell(`4. The balance was exact after each of the ${sent.calls} calls`);

  await advance(options, key, AFTER_GRACE);
  tell(`5. The clock stands at ${AFTER_GRACE}: November is closed, issued and paid`);
  const customers: BilledCustomer[] = [];
  for (const [index, rows] of groups.entries()) customers.push(await compare(options, key, index + 1, rows));
  tell("   Every line of every invoice equals an independent calculation:");
  for (const customer of customers) tell(`   ${summary(customer)}`);
  return { key, customers };
}

async function publishPlan(options: StoryOptions, key: string): Promise<void> {
  const post = (path: string, body: unknown): Promise<unknown> => call(options, key, "POST", path, body);
  await post("/v1/meters", { key: "api_calls", name: "API calls", event_type: "llm.request", aggregation: "count", unit: "call" });
  await post("/v1/meters", {
    key: "input_tokens",
    name: "Input tokens",
    event_type: "llm.request",
    aggregation: "sum",
    value_property: "context_tokens",
    unit: "token",
  });
  await post("/v1/meters", {
    key: "output_tokens",
    name: "Output tokens",
    event_type: "llm.request",
    aggregation: "sum",
    value_property: "generated_tokens",
    unit: "token",
  });
  await post("/v1/features", { key: "completions", name: "Code completions", type: "boolean" });
  await post("/v1/features", { key: "calls", name: "API calls", type: "metered", meter: "api_calls" });
  await post("/v1/products", { key: "completion-api", name: "Completion API" });
  await post("/v1/plans", {
    key: "pro",
    name: "Pro",
    currency: "USD",
    interval: "month",
    prices: [
      {
        key: "base",
        product: "completion-api",
        name: "Platform fee",
        kind: "flat",
        timing: "in_advance",
        model: { type: "flat", amount: "99.00" },
      },
      usagePrice("api_calls", "API calls", { type: "package", size: "100", amount: "0.10" }, "250"),
      usagePrice("input_tokens", "Input tokens", {
        type: "graduated",
        tiers: [
          { up_to: "200000", unit_amount: "0" },
          { up_to: "1200000", unit_amount: "0.0000025" },
          { up_to: null, unit_amount: "0.000002" },
        ],
      }),
      usagePrice("output_tokens", "Output tokens", {
        type: "graduated",
        tiers: [
          { up_to: "10000", unit_amount: "0" },
          { up_to: null, unit_amount: "0.00001" },
        ],
      }),
    ],
    entitlements: [
      { feature: "completions", value: true },
      { feature: "calls", limit: String(CALL_LIMIT), reset: "billing_period" },
    ],
  });
  await post("/v1/plans/pro/publish", undefined);
}

function usagePrice(meter: string, name: string, model: unknown, included = "0"): unknown {
  return { key: meter, product: "completion-api", name, kind: "usage", meter, included, model };
}

async function subscribe(options: StoryOptions, key: string, number: number): Promise<void> {
  const customer = customerKey(number);
  await call(options, key, "POST", "/v1/customers", {
    key: customer,
    name: `Customer ${number}`,
    currency: "USD",
    time_zone: number % 2 === 1 ? "America/Los_Angeles" : "Asia/Kolkata",
  });
  await call(options, key, "POST", "/v1/subscriptions", { customer, plan: "pro", start_on: "2023-11-01" });
}

type Batch = { readonly customer: number; readonly from: number; readonly rows: readonly TraceRow[] };

async function sendEverythingTwice(options: StoryOptions, key: string, groups: readonly TraceRow[][]) {
  const batches = shuffled(
    groups.flatMap((rows, index) => {
      const parts: Batch[] = [];
      for (let from = 0; from < rows.length; from += EVENTS_PER_CALL) {
        const part: Batch = { customer: index + 1, from, rows: rows.slice(from, from + EVENTS_PER_CALL) };
        parts.push(part, part);
      }
      return parts;
    }),
  );
  const counted = new Map<number, Set<number>>();
  let accepted = 0;
  let duplicates = 0;
  for (const [index, batch] of batches.entries()) {
    await options.beforeBatch?.(index, batches.length);
    const seen = counted.get(batch.customer) ?? new Set<number>();
    counted.set(batch.customer, seen);
    const isNew = !seen.has(batch.from);
    seen.add(batch.from);
    const { answer, tries } = await post(options, key, batch);
    accepted += answer.accepted;
    duplicates += answer.duplicates;
    // Only a call whose first answer was lost may find its own events there already.
    const expected = isNew && tries === 1 ? [batch.rows.length, 0] : isNew ? [answer.accepted, answer.duplicates] : [0, batch.rows.length];
    same([answer.accepted, answer.duplicates], expected, `call ${index + 1} (${customerKey(batch.customer)})`);
    same(answer.accepted + answer.duplicates, batch.rows.length, `all events of call ${index + 1} were taken`);
    same(
      [answer.conflicts, answer.rejected, answer.unavailable, answer.unmatched],
      [0, 0, 0, 0],
      `nothing of call ${index + 1} went astray`,
    );
    await checkBalance(options, key, batch.customer, countOf(groups, batch.customer, seen));
  }
  return { calls: batches.length, accepted, duplicates };
}

type IngestAnswer = Record<"accepted" | "duplicates" | "conflicts" | "rejected" | "unavailable" | "unmatched", number>;

async function post(options: StoryOptions, key: string, batch: Batch): Promise<{ answer: IngestAnswer; tries: number }> {
  const events = batch.rows.map((row, index) => ({
    id: `request-${batch.from + index}`,
    source: "completion-gateway",
    type: "llm.request",
    time: row.time,
    data: { context_tokens: row.contextTokens, generated_tokens: row.generatedTokens },
  }));
  const customer = customerKey(batch.customer);
  const asCloudEvents = batch.customer % 2 === 1;
  const body = asCloudEvents
    ? JSON.stringify(events.map((event) => ({ specversion: "1.0", ...event, subject: customer })))
    : events.map(({ data, ...event }) => JSON.stringify({ ...event, customer, properties: data })).join("\n");
  const type = asCloudEvents ? "application/cloudevents-batch+json" : "application/x-ndjson";
  const { response, tries } = await reach(options, "/v1/events", {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": type },
    body,
  });
  const text = await response.text();
  same(response.status, 200, `sending events: ${text.slice(0, 400)}`);
  return { answer: JSON.parse(text) as IngestAnswer, tries };
}

async function checkBalance(options: StoryOptions, key: string, number: number, used: number): Promise<void> {
  const decision = await call(options, key, "POST", "/v1/check", { customer: customerKey(number), feature: "calls" });
  const { allowed, used: seen, remaining } = decision as { allowed: boolean; used: string; remaining: string };
  same([allowed, seen, remaining], [true, String(used), String(CALL_LIMIT - used)], `balance of ${customerKey(number)}`);
}

function countOf(groups: readonly TraceRow[][], customer: number, batches: ReadonlySet<number>): number {
  const rows = groups[customer - 1]?.length ?? 0;
  return [...batches].reduce((sum, from) => sum + Math.min(EVENTS_PER_CALL, rows - from), 0);
}

async function compare(options: StoryOptions, key: string, number: number, rows: readonly TraceRow[]): Promise<BilledCustomer> {
  const customer = customerKey(number);
  const list = (await call(options, key, "GET", `/v1/invoices?customer=${customer}`, undefined)) as { data: WireInvoice[] };
  const invoices = [...list.data].sort((a, b) => (a.id < b.id ? -1 : 1));
  same(invoices.length, 2, `${customer} has two invoices`);
  const [first, second] = await Promise.all(
    invoices.map(async ({ id }) => (await call(options, key, "GET", `/v1/invoices/${id}`, undefined)) as WireInvoice),
  );
  if (!first || !second) throw new Error("unreachable: two invoices were counted");
  const expected = independentBill(rows);
  const midnight =
    number % 2 === 1
      ? ["2023-11-01T07:00:00Z", "2023-12-01T08:00:00Z", "2024-01-01T08:00:00Z"]
      : ["2023-10-31T18:30:00Z", "2023-11-30T18:30:00Z", "2023-12-31T18:30:00Z"];
  const november = { start: midnight[0], end: midnight[1] };
  const december = { start: midnight[1], end: midnight[2] };

  same(linesOf(first), sortedLines([{ price: "base", quantity: "1", amount: 9_900, period: november }]), `first invoice of ${customer}`);
  same(
    linesOf(second),
    sortedLines([
      { price: "base", quantity: "1", amount: 9_900, period: december },
      { price: "api_calls", quantity: String(expected.calls), amount: Number(expected.cents.api_calls), period: november },
      { price: "input_tokens", quantity: String(expected.inputTokens), amount: Number(expected.cents.input_tokens), period: november },
      { price: "output_tokens", quantity: String(expected.outputTokens), amount: Number(expected.cents.output_tokens), period: november },
    ]),
    `second invoice of ${customer}`,
  );
  const sum = expected.cents.base + expected.cents.api_calls + expected.cents.input_tokens + expected.cents.output_tokens;
  same([first.total, first.amount_due, first.status], [9_900, 0, "paid"], `first total of ${customer}`);
  same([second.total, second.amount_due, second.status], [Number(sum), 0, "paid"], `second total of ${customer}`);
  return { key: customer, expected, first, second };
}

type ComparedLine = { price: string; quantity: string; amount: number; period: { start?: string | undefined; end?: string | undefined } };

function linesOf(invoice: WireInvoice): ComparedLine[] {
  return sortedLines(
    invoice.lines.map(({ price, quantity, amount, period }) => ({
      price,
      quantity,
      amount,
      period: { start: period.start, end: period.end },
    })),
  );
}

function sortedLines(lines: readonly ComparedLine[]): ComparedLine[] {
  return [...lines].sort((a, b) => (a.price < b.price ? -1 : 1));
}

function summary({ key, second, expected }: BilledCustomer): string {
  const amount = (price: string): string => dollars(second.lines.find((line) => line.price === price)?.amount ?? 0).padStart(6);
  return (
    `${key}  ${second.number}  base ${amount("base")}  ${expected.calls} calls ${amount("api_calls")}  ` +
    `${expected.inputTokens} in ${amount("input_tokens")}  ${expected.outputTokens} out ${amount("output_tokens")}  total ${dollars(second.total)} USD ${second.status}`
  );
}

function dollars(cents: number): string {
  const digits = String(cents).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Moves the sandbox clock, page by page, until it stands at `to`. */
async function advance(options: StoryOptions, key: string, to: string): Promise<void> {
  for (let page = 0; page < 1_000; page++) {
    const answer = (await call(options, key, "POST", "/v1/clock/advance", { to })) as { done: boolean };
    if (answer.done) return;
  }
  throw new Error(`the clock did not reach ${to}`);
}

async function call(options: StoryOptions, key: string, method: string, path: string, body: unknown): Promise<unknown> {
  // The same key on every try: a call whose answer was lost must not act a second time.
  const headers: Record<string, string> = { authorization: `Bearer ${key}`, "idempotency-key": crypto.randomUUID() };
  const init: RequestInit = { method, headers };
  if (body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  const { response } = await reach(options, path, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 800)}`);
  return JSON.parse(text);
}

const MOST_TRIES = 200;

async function reach(options: StoryOptions, path: string, init: RequestInit): Promise<{ response: Response; tries: number }> {
  for (let tries = 1; ; tries++) {
    try {
      const response = await options.send(path, init);
      if (response.status !== 503 || !options.waitBeforeRetry) return { response, tries };
      await response.body?.cancel();
    } catch (error) {
      if (!options.waitBeforeRetry || tries >= MOST_TRIES) throw error;
    }
    await options.waitBeforeRetry?.();
  }
}

function customerKey(number: number): string {
  return `customer-${number}`;
}

/** A fixed shuffle, so that a failure can be seen again. */
function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  let state = 7;
  for (let last = result.length - 1; last > 0; last--) {
    state = (state * 48_271) % 2_147_483_647;
    const other = state % (last + 1);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`${what}\n  expected ${wanted}\n  found    ${found}`);
}
