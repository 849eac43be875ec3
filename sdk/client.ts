import createClient, { type Client, type Middleware } from "openapi-fetch";
import type { components, paths } from "#sdk/schema";

export type Problem = components["schemas"]["Problem"];
export type Invoice = components["schemas"]["Invoice"];
export type InvoiceLine = components["schemas"]["InvoiceLine"];
export type Customer = components["schemas"]["Customer"];
export type Backfill = components["schemas"]["Backfill"];
export type Subscription = components["schemas"]["Subscription"];

/** What the API refused, with its stable `code`. */
export class TollgateProblem extends Error {
  override readonly name = "TollgateProblem";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }
}

export type TollgateOptions = {
  readonly baseUrl: string;
  /** An API key: `tg_live_…` or `tg_test_…`. */
  readonly key: string;
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Milliseconds before try n (1, 2, …); default 200 · 2ⁿ with jitter. */
  readonly retryDelayMs?: (tries: number) => number;
};

/** What is read as data: some routes also answer text. */
type Json = `application/${string}json`;
export type TollgateClient = Client<paths, Json>;

const MOST_TRIES = 5;
const RETRIED = new Set([429, 503]);

/**
 * A typed client of the API. Each change carries an `Idempotency-Key`, so a call whose answer was lost is repeated safely, up
 * to five times; anything the API refuses is thrown as a `TollgateProblem`.
 */
export function createTollgate({
  baseUrl,
  key,
  fetch: send = (request) => fetch(request),
  retryDelayMs = defaultDelayMs,
}: TollgateOptions): TollgateClient {
  const client = createClient<paths, Json>({ baseUrl, fetch: (request) => persistently(request, send, retryDelayMs) });
  client.use(headers(key));
  return client;
}

function headers(key: string): Middleware {
  return {
    onRequest({ request }) {
      request.headers.set("authorization", `Bearer ${key}`);
      if (request.method === "POST" && !request.headers.has("idempotency-key")) request.headers.set("idempotency-key", crypto.randomUUID());
      return request;
    },
    async onResponse({ response }) {
      if (response.ok) return response;
      const type = response.headers.get("content-type") ?? "";
      // Results one by one, none of them good: an answer, not a problem.
      if (response.status === 422 && type.startsWith("application/json")) return response;
      if (!type.startsWith("application/problem+json")) throw new Error(`the API answered ${response.status}: ${await response.text()}`);
      throw new TollgateProblem((await response.json()) as Problem);
    },
  };
}

async function persistently(
  request: Request,
  send: (request: Request) => Promise<Response>,
  retryDelayMs: (tries: number) => number,
): Promise<Response> {
  for (let tries = 1; ; tries++) {
    try {
      const response = await send(request.clone());
      if (!RETRIED.has(response.status) || tries === MOST_TRIES) return response;
      await response.body?.cancel();
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, retryDelayMs(tries)));
  }
}

function defaultDelayMs(tries: number): number {
  return 200 * 2 ** tries * (0.5 + Math.random() / 2);
}

/** Answers the data of a call, which is always there when nothing was thrown. */
export async function dataOf<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  if (data === undefined) throw new Error("the API answered without a body");
  return data;
}

/** Answers the results of a call that says what became of each item, also where none was taken. */
export async function resultsOf<T>(call: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await call;
  return data ?? (error as T);
}

/** Advances a sandbox's clock to `to`, page by page; `progress` hears where it stands. */
export async function advanceClock(client: TollgateClient, to: string, progress: (now: string) => void = () => undefined): Promise<string> {
  for (;;) {
    const { now, done } = await dataOf(client.POST("/v1/clock/advance", { body: { to } }));
    progress(now);
    if (done) return now;
  }
}

/** Closes a backfill or takes it back, page by page; `progress` hears how many customers it concerns by then. */
export async function walkBackfill(
  client: TollgateClient,
  backfill: string,
  verb: "close" | "revert",
  progress: (customers: number) => void = () => undefined,
): Promise<Backfill> {
  for (;;) {
    const params = { path: { backfill } };
    const walked =
      verb === "close"
        ? await dataOf(client.POST("/v1/backfills/{backfill}/close", { params }))
        : await dataOf(client.POST("/v1/backfills/{backfill}/revert", { params }));
    if (!("done" in walked)) throw new Error("a preview was answered that was not asked for");
    progress(walked.backfill.counts.customers);
    if (walked.done) return walked.backfill;
  }
}
