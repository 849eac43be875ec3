import { DurableObject } from "cloudflare:workers";
import type { Feature } from "#domain/catalog/feature";
import { checkEntitlement, type EntitlementState, refusedEntitlement } from "#domain/entitlements/check-entitlement";
import type { UsageEvent } from "#domain/metering/usage-event";
import { decimal, decimalText } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";
import * as archive from "#objects/archive";
import { type BackfillRefusal, closeBackfill, revertBackfill } from "#objects/backfill";
import type {
  Call,
  Catalog,
  CheckAnswer,
  CheckCall,
  Contract,
  EntitlementsAnswer,
  FreezeCall,
  LedgerCalls,
  LedgerFact,
  RecordAnswer,
  RecordCall,
  UsageAnswer,
  UsageCall,
  UsageKey,
} from "#objects/calls";
import { changedFrom, meterChangedFrom } from "#objects/contract-changes";
import { correct } from "#objects/correct";
import { earliestStart } from "#objects/earliest-start";
import { EffectWatch } from "#objects/effect-watch";
import { entitlementState } from "#objects/entitlement-state";
import { findEvent, listEvents } from "#objects/event-reader";
import { type LedgerParts, newLedgerParts } from "#objects/ledger-parts";
import { migrate } from "#objects/ledger-schema";
import { Live } from "#objects/live";
import type { Filled } from "#objects/log/backfills";
import { IdentityIndex } from "#objects/log/identity-index";
import { queryMeter } from "#objects/meter-query";
import { windowQuantity } from "#objects/quantities";
import { Recorder } from "#objects/recorder";
import { recount } from "#objects/recount";
import { retell } from "#objects/retell";
import type {
  ArchivePage,
  ArchiveTotals,
  BackfillAnswer,
  CloseBackfillCall,
  CorrectAnswer,
  CorrectCall,
  FindEventAnswer,
  FindEventCall,
  GroupCount,
  HourRollup,
  ListEventsAnswer,
  ListEventsCall,
  LogMonth,
  MeterQueryAnswer,
  MeterQueryCall,
  RevertBackfillCall,
  SettledHour,
} from "#objects/usage-calls";

/** What the object needs of the platform; the queue only hurries what the outboxes keep. */
export type LedgerBindings = {
  readonly WORK: Queue<{ kind: "ledger_facts" | "usage_rollups"; environment: string; customer_key: string }>;
};

const HURRY_MS = 1_000;
const FACTS_RETRY_MS = 30_000;
const ROLLUPS_EVERY_MS = 3_600_000;
const ROLLUPS_TOLD_AT = "rollups_told_at";

/** Thrown to take back what a preview did. */
const TAKE_BACK = Symbol("take back");

const CATALOG_NEEDED = { kind: "catalog_needed" } as const;

/**
 * The ledger of one customer: every usage event, exact totals, and what invoices froze. Single-threaded and transactional,
 * so a check is answered from the very numbers the invoice is made of. Every mutating method is one `transactionSync`.
 */
export class CustomerLedger extends DurableObject<LedgerBindings> implements LedgerCalls {
  readonly #parts: LedgerParts;
  readonly #recorder: Recorder;
  readonly #index: IdentityIndex;
  readonly #live: Live;
  /** When the alarm rings, as far as this instance has heard; Infinity while it does not know. */
  #alarmAt = Infinity;

  constructor(context: DurableObjectState, bindings: LedgerBindings) {
    super(context, bindings);
    migrate(context.storage, crypto.getRandomValues(new Uint32Array(1))[0] ?? 1);
    const { sql } = context.storage;
    this.#parts = newLedgerParts(sql);
    this.#index = new IdentityIndex(sql, this.#parts.log, this.#parts.state.seed);
    this.#recorder = new Recorder(this.#parts, this.#index);
    this.#live = new Live(context, this.#parts);
  }

  /** A WebSocket on which usage and the bill so far are told as they change. The Worker has checked who asks. */
  override fetch(request: Request): Response {
    return this.#live.accept(request);
  }

  /** As `record`, with the events as one JSON text: cheaper to hand over than a thousand objects, and logged as it came. */
  recordText({ events: text, ...call }: Omit<RecordCall, "events"> & { readonly events: string }): RecordAnswer {
    return this.#record({ ...call, events: JSON.parse(text) as UsageEvent[] }, text);
  }

  record(call: RecordCall): RecordAnswer {
    return this.#record(call, null);
  }

  #record(call: RecordCall, text: string | null): RecordAnswer {
    if (this.#needsCatalog(call)) return CATALOG_NEEDED;
    const answer = this.#changeOrPreview(call.preview === true, (): RecordAnswer => {
      const now = this.#enter(call);
      if (call.backfill !== undefined) {
        const results = this.#recorder.stage(call.backfill, call.events, now);
        return { kind: "recorded", results, factsWaiting: this.#parts.facts.waiting() };
      }
      const watch = call.preview ? new EffectWatch(this.#parts, now) : null;
      const results = this.#recorder.record(call.events, now, watch, text);
      return { kind: "recorded", results, factsWaiting: this.#parts.facts.waiting(), ...(watch && { effects: watch.effects() }) };
    });
    this.#hurry(call.preview === true);
    return answer;
  }

  check(call: CheckCall): CheckAnswer {
    if (this.#needsCatalog(call)) return CATALOG_NEEDED;
    this.#learn(call);
    const now = this.#parts.state.latest(call.now);
    const feature = this.#parts.state.catalog?.features.find(({ key }) => key === call.feature);
    if (feature === undefined) return { kind: "decided", decision: refusedEntitlement(call.feature, "feature_unknown", "boolean", now) };
    const state = this.#entitlement(feature, now);
    const decision =
      state === null
        ? refusedEntitlement(feature.key, "not_entitled", feature.type, now)
        : checkEntitlement(state, decimal(call.quantity), now);
    return { kind: "decided", decision };
  }

  entitlements(call: Call): EntitlementsAnswer {
    if (this.#needsCatalog(call)) return CATALOG_NEEDED;
    this.#learn(call);
    const now = this.#parts.state.latest(call.now);
    const states = (this.#parts.state.catalog?.features ?? [])
      .map((feature) => this.#entitlement(feature, now))
      .filter((state) => state !== null);
    return { kind: "entitlements", states, asOf: now };
  }

  usage(call: UsageCall): UsageAnswer {
    if (this.#needsCatalog(call)) return CATALOG_NEEDED;
    this.#learn(call);
    return { kind: "usage", quantities: this.#quantities(call.keys, this.#parts.state.latest(call.now)) };
  }

  freeze(call: FreezeCall): UsageAnswer {
    if (this.#needsCatalog(call)) return CATALOG_NEEDED;
    return this.#change((): UsageAnswer => {
      const now = this.#enter(call);
      const { frozen, state } = this.#parts;
      const known = frozen.quantitiesOf(call.invoice, JSON.stringify(call.keys));
      if (known !== null) return { kind: "usage", quantities: known };
      const quantities = this.#quantities(call.keys, now);
      frozen.freeze(call.invoice, call.keys, quantities, state.tick());
      return { kind: "usage", quantities };
    });
  }

  queryMeter(call: MeterQueryCall): MeterQueryAnswer {
    if (this.#needsCatalog(call)) return CATALOG_NEEDED;
    this.#learn(call);
    const meter = this.#parts.state.catalog?.meters.find(({ key }) => key === call.meter);
    if (meter === undefined) return { kind: "refused", code: "unknown_meter", detail: `There is no meter ${call.meter}.` };
    const answer = queryMeter(this.#parts, { ...call, meter, now: this.#parts.state.latest(call.now) });
    return Array.isArray(answer) ? { kind: "rows", rows: answer } : { kind: "refused", ...answer };
  }

  groupCounts(): GroupCount[] {
    return this.#parts.tally.groups.counts();
  }

  listEvents(call: ListEventsCall): ListEventsAnswer {
    if (this.#needsCatalog(call)) return CATALOG_NEEDED;
    this.#learn(call);
    return { kind: "events", ...listEvents(this.#parts, this.#recorder, call) };
  }

  findEvent(call: FindEventCall): FindEventAnswer {
    if (this.#needsCatalog(call)) return CATALOG_NEEDED;
    this.#learn(call);
    return { kind: "event", ...findEvent(this.#parts, this.#recorder, call) };
  }

  correct(call: CorrectCall): CorrectAnswer {
    if (this.#needsCatalog(call)) return CATALOG_NEEDED;
    const answer = this.#changeOrPreview(call.preview, (): CorrectAnswer => {
      const now = this.#enter(call);
      const watch = new EffectWatch(this.#parts, now);
      const results = correct(this.#parts, this.#recorder, call.corrections, { now, watch });
      const effects = this.#tellLate(watch);
      return { kind: "corrected", results, effects, factsWaiting: this.#parts.facts.waiting() };
    });
    this.#hurry(call.preview);
    return answer;
  }

  closeBackfill(call: CloseBackfillCall): BackfillAnswer {
    return this.#backfill(call, (scene) => closeBackfill(this.#parts, this.#recorder, call.backfill, scene));
  }

  revertBackfill(call: RevertBackfillCall): BackfillAnswer {
    return this.#backfill(call, (scene) => revertBackfill(this.#parts, this.#recorder, call.backfill, scene));
  }

  provision({ now, contract }: { readonly now: Instant; readonly contract: Contract }): { version: number } {
    const answer = this.#change(() => {
      const { state } = this.#parts;
      const held = state.contract;
      if (held !== null && held.version >= contract.version) return { version: held.version };
      state.advance(now);
      state.contract = contract;
      // A cell knows the window it was made for, and windows are what a contract changes.
      this.#parts.tally.flush();
      this.#parts.tally.forget();
      const from = changedFrom(held, contract);
      const start = Math.min(earliestStart(held, from), earliestStart(contract, from));
      const meters = state.catalog?.meters ?? [];
      if (from <= state.latestEventAt) recount(this.#parts, meters, start);
      if (held === null) retell(this.#parts, null, { customer: false, meters }, { customer: true, meters });
      return { version: contract.version };
    });
    this.#hurry(false);
    return answer;
  }

  facts(): LedgerFact[] {
    return this.#parts.facts.all();
  }

  settleFacts(through: number): void {
    this.#change(() => this.#parts.facts.settle(through));
  }

  dirtyRollups({ limit }: { readonly limit: number }): HourRollup[] {
    return this.#parts.rollups.dirty(this.#parts.state.catalog?.meters ?? [], limit);
  }

  settleRollups({ hours }: { readonly hours: readonly SettledHour[] }): void {
    this.#change(() => this.#parts.rollups.settle(hours));
  }

  rebuildRollups(): { hours: number } {
    const hours = this.#change(() =>
      this.#parts.rollups.rebuild(this.#parts.state.catalog?.meters ?? [], this.#parts.state.position.sequence),
    );
    this.#hurry(false);
    return { hours };
  }

  logMonths({ now }: { readonly now: Instant }): LogMonth[] {
    return archive.logMonths(this.#parts, this.#parts.state.latest(now));
  }

  archivePage({ month, after }: { readonly month: string; readonly after: number }): ArchivePage {
    return archive.archivePage(this.#parts, month, after);
  }

  prune({ now, month, totals }: { readonly now: Instant; readonly month: string; readonly totals: ArchiveTotals }): { pruned: boolean } {
    return this.#change(() => ({ pruned: archive.prune(this.#parts, month, totals, this.#parts.state.advance(now)) }));
  }

  restore({ month, lines, last }: { readonly month: string; readonly lines: readonly string[]; readonly last: boolean }): void {
    this.#change(() => archive.restore(this.#parts, month, lines, last));
    if (last) this.#index.forget();
  }

  /** Hurries what still waits to be told; nothing is right or wrong because an alarm fired. */
  override async alarm(): Promise<void> {
    this.#alarmAt = Infinity;
    const { facts, rollups, state } = this.#parts;
    const name = this.ctx.id.name;
    const hasFacts = facts.waiting();
    const hasRollups = rollups.waiting() && Date.now() >= this.#rollupsNextAt();
    if (name === undefined) return;
    const [environment = "", ...key] = name.split(":");
    const customer_key = state.contract?.customerKey ?? key.join(":");
    try {
      if (hasFacts) await this.env.WORK.send({ kind: "ledger_facts", environment, customer_key });
      if (!hasRollups) return;
      await this.env.WORK.send({ kind: "usage_rollups", environment, customer_key });
      this.ctx.storage.kv.put(ROLLUPS_TOLD_AT, Date.now());
    } finally {
      await this.#wake(FACTS_RETRY_MS);
    }
  }

  #backfill(
    call: Call & { readonly preview: boolean },
    work: (scene: { now: Instant; watch: EffectWatch }) => Filled | BackfillRefusal,
  ): BackfillAnswer {
    if (this.#needsCatalog(call)) return CATALOG_NEEDED;
    let refused: BackfillRefusal | null = null;
    const answer = this.#changeOrPreview(call.preview, (takeBack): BackfillAnswer => {
      const now = this.#enter(call);
      const watch = new EffectWatch(this.#parts, now);
      const result = work({ now, watch });
      if ("code" in result) {
        refused = result;
        return takeBack({ kind: "refused", ...result });
      }
      const effects = this.#tellLate(watch);
      return { kind: "backfilled", ...result, effects, factsWaiting: this.#parts.facts.waiting() };
    });
    this.#hurry(call.preview || refused !== null);
    return answer;
  }

  #tellLate(watch: EffectWatch) {
    const effects = watch.effects();
    watch.tellLate(effects);
    this.#parts.facts.flush();
    return effects;
  }

  #hurry(nothingDone: boolean): void {
    if (nothingDone || this.#alarmAt <= Date.now() + HURRY_MS) return;
    const { facts, rollups } = this.#parts;
    if (facts.waiting() || (this.#alarmAt === Infinity && rollups.waiting())) this.ctx.waitUntil(this.#wake(HURRY_MS));
  }

  /** Sets the alarm for what waits, unless it rings earlier anyway. */
  async #wake(afterMs: number): Promise<void> {
    const { facts, rollups } = this.#parts;
    const soon = Date.now() + afterMs;
    if (!facts.waiting() && !rollups.waiting()) return;
    const at = facts.waiting() ? soon : Math.max(soon, this.#rollupsNextAt());
    // Asking the storage again for every call would cost more than the call.
    if (this.#alarmAt <= at) return;
    const set = await this.ctx.storage.getAlarm();
    this.#alarmAt = Math.min(set ?? at, at);
    if (set === null || set > at) await this.ctx.storage.setAlarm(at);
  }

  /** Hours change all the time: D1 hears of them once an hour. */
  #rollupsNextAt(): Instant {
    return (this.ctx.storage.kv.get<Instant>(ROLLUPS_TOLD_AT) ?? -ROLLUPS_EVERY_MS) + ROLLUPS_EVERY_MS;
  }

  /** One transaction; when it throws, nothing held in memory survives it either. */
  #change<T>(work: () => T): T {
    try {
      const result = this.ctx.storage.transactionSync(work);
      this.#live.changed();
      return result;
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  /** As `#change`; a preview, or work that asks for it, is done whole and then taken back. */
  #changeOrPreview<T>(preview: boolean, work: (takeBack: (result: T) => never) => T): T {
    let result: { value: T } | null = null;
    const takeBack = (value: T): never => {
      result = { value };
      throw TAKE_BACK;
    };
    try {
      return this.#change(() => {
        const value = work(takeBack);
        return preview ? takeBack(value) : value;
      });
    } catch (error) {
      if (error !== TAKE_BACK || result === null) throw error;
      return (result as { value: T }).value;
    }
  }

  #forget(): void {
    const { tally, state, log, corrections, backfills, frozen, rollups, seen, facts } = this.#parts;
    for (const part of [tally, state, log, corrections, backfills, frozen, rollups, seen, facts, this.#index]) part.forget();
  }

  #needsCatalog(call: { catalogVersion: number; catalog?: Catalog }): boolean {
    return call.catalog === undefined && (this.#parts.state.catalog?.version ?? 0) < call.catalogVersion;
  }

  /** Takes what a call brings with it; answers the instant to act at. */
  #enter(call: Call): Instant {
    this.#takeCatalog(call.catalog);
    return this.#parts.state.advance(call.now);
  }

  #learn(call: Call): void {
    if (call.catalog === undefined) return;
    this.#change(() => this.#takeCatalog(call.catalog));
    this.#hurry(false);
  }

  /** Meters that are new, or read events of the past otherwise, count what the log already holds of their type. */
  #takeCatalog(catalog: Catalog | undefined): void {
    const { state, seen } = this.#parts;
    const held = state.catalog;
    if (catalog === undefined || (held !== null && held.version >= catalog.version)) return;
    state.catalog = catalog;
    const changedTypes = new Set<string>();
    for (const meter of catalog.meters) {
      const from = meterChangedFrom(
        held?.meters.find(({ key }) => key === meter.key),
        meter,
      );
      if (from === null || from > state.latestEventAt || !seen.has(meter.eventType)) continue;
      recount(this.#parts, [meter], earliestStart(state.contract, from));
      changedTypes.add(meter.eventType);
    }
    if (changedTypes.size === 0 || state.contract === null) return;
    retell(this.#parts, changedTypes, { customer: true, meters: held?.meters ?? [] }, { customer: true, meters: catalog.meters });
  }

  #quantities(keys: readonly UsageKey[], now: Instant): string[] {
    return keys.map((key) => decimalText(windowQuantity(this.#parts, key, now)));
  }

  #entitlement(feature: Feature, now: Instant): EntitlementState | null {
    return entitlementState(feature, this.#parts.state, this.#parts.tally, now);
  }
}
