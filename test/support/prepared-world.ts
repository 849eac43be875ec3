import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { ledgerName } from "#domain/customers/customer";
import type { Id } from "#domain/ids";
import { call, made } from "#test/support/http";
import { bootstrap } from "#test/support/bootstrap";
import { type LedgerPlace, settle } from "#test/support/stored-state";

/** Something in the world, by both of its names. */
export type Named = { readonly id: string; readonly key: string };

/**
 * An environment with one of everything, and more of what a call uses up. Each name it gives out is remembered, so that a
 * test can tell where a request names something, and put the same thing of another environment there.
 */
export class World {
  readonly names = new Map<string, string>();
  readonly environment: string;
  readonly adminKey: string;
  readonly #prefix: string;
  #last = 0;
  #lastMonth = 0;
  #shared: Shared | null = null;

  constructor(given: { environment: string; adminKey: string; prefix: string }) {
    this.environment = given.environment;
    this.adminKey = given.adminKey;
    this.#prefix = given.prefix;
  }

  /** What every request may name and none uses up. */
  get shared(): Shared {
    if (this.#shared === null) throw new Error("the world is not prepared");
    return this.#shared;
  }

  /** A name nothing has yet. */
  fresh(): string {
    this.#last += 1;
    return `${this.#prefix}-${this.#last}`;
  }

  remember<T extends { readonly id: string; readonly key?: string }>(made: T): T {
    this.names.set(made.id, made.key ?? made.id);
    if (made.key !== undefined) this.names.set(made.key, made.id);
    return made;
  }

  ledger(): LedgerPlace {
    return { environment: this.environment, customer: this.shared.customer.key };
  }

  async prepare(): Promise<void> {
    const make = async (path: string, body: object): Promise<Named> =>
      this.remember(await made<Named>(this.adminKey, path, { key: this.fresh(), name: "Prepared", ...body }));
    const product = await make("/v1/products", {});
    const meter = await make("/v1/meters", { event_type: `${this.#prefix}.request`, aggregation: "sum", value_property: "tokens" });
    const metered = await make("/v1/features", { type: "metered", meter: meter.key });
    const boolean = await make("/v1/features", { type: "boolean" });
    this.#shared = { product, meter, metered, boolean, plan: product, customer: product, subscription: product };
    const plan = await this.publishedPlan();
    const customer = await this.customer();
    this.#shared = { ...this.shared, plan, customer };
    const subscription = this.remember(
      await made<{ id: string }>(this.adminKey, "/v1/subscriptions", { customer: customer.key, plan: plan.key }),
    );
    this.#shared = { ...this.shared, subscription };
    await made(this.adminKey, "/v1/events", this.event({ id: this.fresh() }));
    await settle(this.environment);
  }

  /** A usage event of the shared customer, of the shared meter. */
  event(facts: object): object {
    const { customer } = this.shared;
    return { type: `${this.#prefix}.request`, customer: customer.key, properties: { tokens: 3 }, ...facts };
  }

  planBody(): Record<string, unknown> {
    const { product, meter, metered, boolean } = this.shared;
    return {
      key: this.fresh(),
      name: "Pro",
      currency: "USD",
      interval: "month",
      prices: [
        { key: "base", product: product.key, name: "Base", kind: "flat", model: { type: "flat", amount: "10.00" } },
        { key: "seats", product: product.key, name: "Seats", kind: "seat", model: { type: "per_unit", unit_amount: "5.00" } },
        {
          key: "tokens",
          product: product.key,
          name: "Tokens",
          kind: "usage",
          meter: meter.key,
          included: "1",
          model: {
            type: "graduated",
            tiers: [
              { up_to: "10", unit_amount: "0.50" },
              { up_to: null, unit_amount: "0.25" },
            ],
          },
        },
      ],
      entitlements: [
        { feature: metered.key, limit: "100" },
        { feature: boolean.key, value: true },
      ],
    };
  }

  async draftPlan(): Promise<Named> {
    return this.remember(await made<Named>(this.adminKey, "/v1/plans", this.planBody()));
  }

  async publishedPlan(): Promise<Named> {
    const plan = await this.draftPlan();
    await made(this.adminKey, `/v1/plans/${plan.key}/publish`);
    return plan;
  }

  /** One that nothing uses. */
  async meter(): Promise<Named> {
    const body = { key: this.fresh(), name: "Calls", event_type: "call", aggregation: "count" };
    return this.remember(await made<Named>(this.adminKey, "/v1/meters", body));
  }

  /** Of the shared customer. */
  async subject(): Promise<string> {
    const subject = this.fresh();
    await made(this.adminKey, `/v1/customers/${this.shared.customer.key}/subjects`, { subject });
    await settle(this.environment);
    return subject;
  }

  /** A month of the shared customer in which nothing happened, as if it had been archived. */
  async archivedMonth(): Promise<string> {
    this.#lastMonth += 1;
    const month = `20${String(this.#lastMonth).padStart(2, "0")}-01`;
    await env.DB.prepare(
      `INSERT INTO usage_archive (environment_id, customer_key, month, state, next, objects, events, sums, sha256, restored, changed_at, version)
       VALUES (?1, ?2, ?3, 'archived', NULL, '[]', 0, '{}', NULL, 0, 0, 1)`,
    )
      .bind(this.environment, this.shared.customer.key, month)
      .run();
    return month;
  }

  /** A customer whose only month of events stands as if it had been brought back, so that it may be archived. */
  async restoredMonth(): Promise<{ readonly customer: string; readonly month: string }> {
    const { key } = await this.customer();
    await made(this.adminKey, "/v1/events", this.event({ id: this.fresh(), customer: key }));
    await settle(this.environment);
    const stub = env.LEDGER.get(env.LEDGER.idFromName(ledgerName(this.environment as Id<"environment">, key)));
    await runInDurableObject(stub, (_, { storage }) => void storage.sql.exec("UPDATE log_month SET state = 'restored'"));
    return { customer: key, month: CLOCK_AT.slice(0, 7) };
  }

  async customer(): Promise<Named> {
    return this.remember(await made<Named>(this.adminKey, "/v1/customers", { key: this.fresh(), name: "Ada Ltd", time_zone: "UTC" }));
  }

  /** Of a customer of its own; `startOn` defaults to now. */
  async subscription(start: { start_on?: string; start_at?: string } = {}): Promise<Named> {
    const customer = await this.customer();
    const body = { customer: customer.key, plan: this.shared.plan.key, ...start };
    const { id } = this.remember(await made<{ id: string }>(this.adminKey, "/v1/subscriptions", body));
    await settle(this.environment);
    return { id, key: customer.key };
  }

  /** In its days of grace, because a closed period has usage. */
  async draftInvoice(of?: { readonly key: string }): Promise<string> {
    const customer = of ?? (await this.customer());
    await made(this.adminKey, "/v1/events", this.event({ id: this.fresh(), customer: customer.key, time: USAGE_AT }));
    await made(this.adminKey, "/v1/subscriptions", { customer: customer.key, plan: this.shared.plan.key, start_on: MONTH_AGO });
    await settle(this.environment);
    const { data } = (await call({ path: `/v1/invoices?customer=${customer.key}&status=draft`, key: this.adminKey })).json as {
      data: { id: string }[];
    };
    if (data[0] === undefined) throw new Error("the closed period has no draft");
    return this.remember({ id: data[0].id }).id;
  }

  /** Issued and not paid: what would collect the payment is taken away before it is delivered. */
  async issuedInvoice(of?: { readonly key: string }): Promise<string> {
    const id = await this.draftInvoice(of);
    await made(this.adminKey, `/v1/invoices/${id}/issue`);
    await env.DB.prepare("DELETE FROM outbox WHERE environment_id = ?").bind(this.environment).run();
    return id;
  }

  /** An event of the shared customer that is counted. */
  async recordedEvent(): Promise<string> {
    return await this.recordEvent(this.fresh());
  }

  async recordEvent(id: string): Promise<string> {
    await made(this.adminKey, "/v1/events", this.event({ id, time: CLOCK_AT }));
    return id;
  }

  /** Open over some days of the shared customer. */
  async backfill(): Promise<string> {
    const body = { ...BACKFILL_RANGE, customers: [this.shared.customer.key], mode: "add" };
    return this.remember(await made<{ id: string }>(this.adminKey, "/v1/backfills", body)).id;
  }

  /** An open backfill with an event in it. */
  async loadedBackfill(): Promise<string> {
    const id = await this.backfill();
    await made(this.adminKey, `/v1/backfills/${id}/events`, this.event({ id: this.fresh(), time: USAGE_AT }));
    return id;
  }

  /** A delivery that failed too often. */
  async deadLetter(): Promise<string> {
    const id = `obx_${this.fresh()}`;
    await env.DB.prepare(
      `INSERT INTO outbox (id, environment_id, consumer, stream, version, created_at, next_attempt_at, attempts, last_error, dead_at)
       VALUES (?1, ?2, 'push-contract', 'subscription/' || ?3, 1, 0, 0, 8, 'planted', 1)`,
    )
      .bind(id, this.environment, this.shared.subscription.id)
      .run();
    return this.remember({ id }).id;
  }

  async apiKey(scopes: readonly string[] = ["read"]): Promise<{ readonly id: string; readonly key: string }> {
    const created = await made<{ id: string; key: string }>(this.adminKey, "/v1/api-keys", { name: "Prepared", scopes });
    this.remember({ id: created.id });
    return created;
  }
}

type Shared = {
  readonly product: Named;
  readonly meter: Named;
  readonly metered: Named;
  readonly boolean: Named;
  /** Published: a flat fee, seats and usage with two tiers. */
  readonly plan: Named;
  readonly customer: Named;
  readonly subscription: { readonly id: string };
};

export const CLOCK_AT = "2026-03-15T12:00:00Z";
const MONTH_AGO = "2026-02-10";
export const BACKFILL_RANGE = { from: "2026-02-15T00:00:00Z", to: "2026-03-01T00:00:00Z" };
export const USAGE_AT = "2026-02-20T08:00:00Z";

/** Two sandboxes of one organization, alike and apart: what is in one must not be found from the other. */
export async function prepareWorlds(): Promise<{ home: World; stranger: World; liveKey: string }> {
  const { liveKey } = await bootstrap();
  const [home, stranger] = await Promise.all(
    ["home", "stranger"].map(async (prefix) => {
      const { environment, api_key } = await made<{ environment: { id: string }; api_key: { key: string } }>(liveKey, "/v1/environments", {
        kind: "sandbox",
        key: prefix,
        name: prefix,
        clock_at: CLOCK_AT,
      });
      const world = new World({ environment: environment.id, adminKey: api_key.key, prefix });
      await world.prepare();
      return world;
    }),
  );
  if (home === undefined || stranger === undefined) throw new Error("two worlds were asked for");
  return { home, stranger, liveKey };
}
