import type { components } from "#sdk/schema";
import { bootstrap } from "#test/support/bootstrap";
import { Platform } from "#test/support/platform";

export type WireInvoice = components["schemas"]["Invoice"];
export type WireLine = components["schemas"]["InvoiceLine"];
export type WireSubscription = components["schemas"]["Subscription"];
export type WirePayment = components["schemas"]["Payment"];
export type WireCheck = components["schemas"]["Check"];
export type WireEvents = components["schemas"]["EventResults"];
export type WireEvent = components["schemas"]["UsageEvent"];

export type Answer<T> = { readonly status: number; readonly code: string | null; readonly body: T; readonly headers: Headers };

/** The API as the holder of one key calls it. `get` and `post` expect success; `answer` takes whatever comes. */
export class Api {
  readonly key: string;
  readonly environment: string;
  readonly platform: Platform;

  constructor(given: { readonly key: string; readonly environment: string; readonly platform: Platform }) {
    this.key = given.key;
    this.environment = given.environment;
    this.platform = given.platform;
  }

  /** The same caller at a platform that behaves otherwise. */
  through(platform: Platform): Api {
    return new Api({ key: this.key, environment: this.environment, platform });
  }

  async answer<T>(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer<T>> {
    const init: RequestInit = { method, headers: { authorization: `Bearer ${this.key}`, "content-type": "application/json", ...headers } };
    if (body !== undefined) init.body = JSON.stringify(body);
    const response = await this.platform.fetch(new Request(new URL(path, "http://tollgate.test"), init));
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    const read = (isJson ? JSON.parse(text) : text) as T & { code?: string };
    return { status: response.status, code: response.ok ? null : (read.code ?? null), body: read, headers: response.headers };
  }

  get<T>(path: string): Promise<T> {
    return this.#expect(this.answer<T>("GET", path), path);
  }

  post<T>(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<T> {
    return this.#expect(this.answer<T>("POST", path, body, headers), path);
  }

  /** Moves the sandbox clock, page by page. */
  async advance(to: string): Promise<void> {
    for (let pages = 0; pages < 100; pages++) {
      if ((await this.post<{ done: boolean }>("/v1/clock/advance", { to })).done) return;
    }
    throw new Error(`the clock did not reach ${to}`);
  }

  /** Does what waits, without moving the sandbox clock. */
  async settle(): Promise<void> {
    await this.advance((await this.get<{ now: string }>("/v1/clock")).now);
  }

  /** In the order of their billing moments. */
  async invoices(customer: string): Promise<WireInvoice[]> {
    const { data } = await this.get<{ data: WireInvoice[] }>(`/v1/invoices?customer=${customer}&limit=100`);
    return [...data].sort((a, b) => (a.as_of < b.as_of || (a.as_of === b.as_of && a.id < b.id) ? -1 : 1));
  }

  record(events: readonly WireEvent[]): Promise<WireEvents> {
    return this.post("/v1/events", events);
  }

  async #expect<T>(pending: Promise<Answer<T>>, path: string): Promise<T> {
    const { status, body } = await pending;
    if (status >= 300) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }
}

type Created = { environment: { id: string }; api_key: { key: string } };

let sandboxes = 0;
let company: Promise<{ liveKey: string; sandboxKey: string }> | null = null;

/** A sandbox nobody has used, its clock at `clockAt`. */
export async function sandbox(clockAt: string, platform = new Platform()): Promise<Api> {
  company ??= bootstrap();
  const admin = new Api({ key: (await company).liveKey, environment: "live", platform });
  sandboxes += 1;
  const { environment, api_key } = await admin.post<Created>("/v1/environments", {
    kind: "sandbox",
    key: `sandbox-${sandboxes}`,
    name: "Sandbox of a test",
    clock_at: clockAt,
  });
  return new Api({ key: api_key.key, environment: environment.id, platform });
}

/** The live environment of a company of its own. Its clock is the wall's: set that with fake timers. */
export async function live(platform = new Platform()): Promise<Api> {
  const { liveKey } = await bootstrap();
  const api = new Api({ key: liveKey, environment: "", platform });
  const { data } = await api.get<{ data: { id: string; kind: string }[] }>("/v1/environments");
  const environment = data.find(({ kind }) => kind === "live");
  if (environment === undefined) throw new Error("the company has no live environment");
  return new Api({ key: liveKey, environment: environment.id, platform });
}
