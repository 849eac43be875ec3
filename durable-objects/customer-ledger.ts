import { DurableObject } from "cloudflare:workers";
import type { Feature } from "#domain/catalog/feature";
import type { Meter } from "#domain/catalog/meter";
import { checkEntitlement, type EntitlementState, refusedEntitlement } from "#domain/entitlements/check-entitlement";
import { decimal, decimalText } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";
import { BUCKET_SCOPE, usageScope } from "#objects/attribution";
import type {
  Catalog,
  CheckAnswer,
  CheckCall,
  Contract,
  EntitlementsAnswer,
  FreezeCall,
  LedgerCalls,
  LedgerFact,
  MeterQueryAnswer,
  MeterQueryCall,
  RecordAnswer,
  RecordCall,
  UsageAnswer,
  UsageCall,
  UsageKey,
} from "#objects/calls";
import { changedFrom } from "#objects/contract-changes";
import { Counters } from "#objects/counters";
import { entitlementState } from "#objects/entitlement-state";
import { FactOutbox } from "#objects/fact-outbox";
import { migrate } from "#objects/ledger-schema";
import { LedgerState } from "#objects/ledger-state";
import { Recorder } from "#objects/recorder";

/** What the object needs of the platform; the queue only hurries what the fact outbox keeps. */
export type LedgerBindings = { readonly WORK: Queue<{ kind: "ledger_facts"; environment: string; customer_key: string }> };

const FACTS_RETRY_MS = 30_000;

/**
 * The ledger of one customer: every usage event, exact counters, and what invoices froze. Single-threaded and transactional,
 * so a check is answered from the very numbers the invoice is made of. Every mutating method is one `transactionSync`.
 */
export class CustomerLedger extends DurableObject<LedgerBindings> implements LedgerCalls {
  readonly #sql: SqlStorage;
  readonly #counters: Counters;
  readonly #state: LedgerState;
  readonly #facts: FactOutbox;
  readonly #recorder: Recorder;

  constructor(context: DurableObjectState, bindings: LedgerBindings) {
    super(context, bindings);
    migrate(context.storage, crypto.getRandomValues(new Uint32Array(1))[0] ?? 1);
    this.#sql = context.storage.sql;
    this.#counters = new Counters(this.#sql);
    this.#state = new LedgerState(this.#sql);
    this.#facts = new FactOutbox(this.#sql);
    this.#recorder = new Recorder({ sql: this.#sql, counters: this.#counters, state: this.#state, facts: this.#facts });
  }

  record(call: RecordCall): RecordAnswer {
    if (this.#needsCatalog(call)) return { kind: "catalog_needed" };
    const answer = this.#change((): RecordAnswer => {
      this.#takeCatalog(call.catalog);
      const results = this.#recorder.record(call.events, this.#state.advance(call.now));
      return { kind: "recorded", results, factsWaiting: this.#facts.waiting() };
    });
    if (answer.kind === "recorded" && answer.factsWaiting) this.ctx.waitUntil(this.#wakeForFacts());
    return answer;
  }

  check(call: CheckCall): CheckAnswer {
    if (this.#needsCatalog(call)) return { kind: "catalog_needed" };
    if (call.catalog) this.#change(() => this.#takeCatalog(call.catalog));
    const now = this.#state.latest(call.now);
    const feature = this.#feature(call.feature);
    if (feature === null) return { kind: "decided", decision: refusedEntitlement(call.feature, "feature_unknown", "boolean", now) };
    const state = this.#entitlement(feature, now);
    const decision =
      state === null
        ? refusedEntitlement(feature.key, "not_entitled", feature.type, now)
        : checkEntitlement(state, decimal(call.quantity), now);
    return { kind: "decided", decision };
  }

  entitlements(call: UsageCall | Parameters<LedgerCalls["entitlements"]>[0]): EntitlementsAnswer {
    if (this.#needsCatalog(call)) return { kind: "catalog_needed" };
    if (call.catalog) this.#change(() => this.#takeCatalog(call.catalog));
    const now = this.#state.latest(call.now);
    const states = (this.#state.catalog?.features ?? [])
      .map((feature) => this.#entitlement(feature, now))
      .filter((state) => state !== null);
    return { kind: "entitlements", states, asOf: now };
  }

  usage(call: UsageCall): UsageAnswer {
    if (this.#needsCatalog(call)) return { kind: "catalog_needed" };
    if (call.catalog) this.#change(() => this.#takeCatalog(call.catalog));
    return { kind: "usage", quantities: this.#quantities(call.keys) };
  }

  freeze(call: FreezeCall): UsageAnswer {
    if (this.#needsCatalog(call)) return { kind: "catalog_needed" };
    return this.#change((): UsageAnswer => {
      this.#takeCatalog(call.catalog);
      this.#state.advance(call.now);
      const keys = JSON.stringify(call.keys);
      const known = this.#sql
        .exec<{ keys: string; quantities: string }>("SELECT keys, quantities FROM frozen WHERE invoice = ?", call.invoice)
        .toArray()[0];
      if (known?.keys === keys) return { kind: "usage", quantities: JSON.parse(known.quantities) as string[] };
      const quantities = this.#quantities(call.keys);
      this.#sql.exec(
        "INSERT INTO frozen (invoice, keys, quantities) VALUES (?, ?, ?) ON CONFLICT (invoice) DO UPDATE SET keys = excluded.keys, quantities = excluded.quantities",
        call.invoice,
        keys,
        JSON.stringify(quantities),
      );
      for (const { subscription, meter, start } of call.keys) {
        this.#sql.exec(
          "INSERT INTO frozen_window (subscription, meter, start) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
          subscription,
          meter,
          start,
        );
      }
      return { kind: "usage", quantities };
    });
  }

  queryMeter(call: MeterQueryCall): MeterQueryAnswer {
    if (this.#needsCatalog(call)) return { kind: "catalog_needed" };
    if (call.catalog) this.#change(() => this.#takeCatalog(call.catalog));
    const windows = call.boundaries.slice(1).map((end, index) => [call.boundaries[index] ?? end, end] as const);
    return {
      kind: "windows",
      values: windows.map(([from, to]) => decimalText(this.#counters.readRange(BUCKET_SCOPE, call.meter, from, to))),
    };
  }

  provision({ now, contract }: { readonly now: Instant; readonly contract: Contract }): { version: number } {
    return this.#change(() => {
      const held = this.#state.contract;
      if (held !== null && held.version >= contract.version) return { version: held.version };
      this.#state.advance(now);
      this.#state.contract = contract;
      if (changedFrom(held, contract) <= this.#state.latestEventAt) this.#recorder.recount();
      return { version: contract.version };
    });
  }

  facts(): LedgerFact[] {
    return this.#facts.all();
  }

  settleFacts(through: number): void {
    this.#change(() => this.#facts.settle(through));
  }

  /** Hurries the facts that still wait; nothing is right or wrong because an alarm fired. */
  override async alarm(): Promise<void> {
    const contract = this.#state.contract;
    const name = this.ctx.id.name;
    if (!this.#facts.waiting() || name === undefined) return;
    const [environment = "", ...key] = name.split(":");
    try {
      await this.env.WORK.send({ kind: "ledger_facts", environment, customer_key: contract?.customerKey ?? key.join(":") });
    } finally {
      await this.ctx.storage.setAlarm(Date.now() + FACTS_RETRY_MS);
    }
  }

  async #wakeForFacts(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + 1_000);
  }

  /** One transaction; when it throws, nothing held in memory survives it either. */
  #change<T>(work: () => T): T {
    try {
      return this.ctx.storage.transactionSync(work);
    } catch (error) {
      this.#counters.forget();
      this.#state.forget();
      this.#recorder.forget();
      throw error;
    }
  }

  #needsCatalog(call: { catalogVersion: number; catalog?: Catalog }): boolean {
    return call.catalog === undefined && (this.#state.catalog?.version ?? 0) < call.catalogVersion;
  }

  /** A meter for a type that was seen before it existed: its events are in the log and are counted now. */
  #takeCatalog(catalog: Catalog | undefined): void {
    const held = this.#state.catalog;
    if (catalog === undefined || (held !== null && held.version >= catalog.version)) return;
    const isNew = (meter: Meter): boolean => !held?.meters.some(({ key }) => key === meter.key);
    this.#state.catalog = catalog;
    if (catalog.meters.some((meter) => isNew(meter) && this.#recorder.hasSeen(meter.eventType))) this.#recorder.recount();
  }

  #quantities(keys: readonly UsageKey[]): string[] {
    return keys.map(({ subscription, meter, start }) =>
      decimalText(this.#counters.read({ scope: usageScope(subscription), meter, start })),
    );
  }

  #feature(key: string): Feature | null {
    return this.#state.catalog?.features.find((feature) => feature.key === key) ?? null;
  }

  #entitlement(feature: Feature, now: Instant): EntitlementState | null {
    return entitlementState(feature, this.#state.contract, this.#state.catalog, this.#counters, now);
  }
}
