import type { Meter } from "#domain/catalog/meter";
import { checkEventTime, EARLIEST_ARRIVAL_MS, LATEST_ARRIVAL_MS } from "#domain/metering/event-time";
import { eventValue } from "#domain/metering/event-value";
import { saysTheSame } from "#domain/metering/fingerprint";
import type { UsageEvent } from "#domain/metering/usage-event";
import type { Refusal } from "#domain/result";
import { revisionAt } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";
import { Attribution } from "#objects/attribution";
import type { EventResult } from "#objects/calls";
import type { Counters } from "#objects/counters";
import { DedupeIndex, identityHash, type IdentityHash } from "#objects/dedupe-index";
import { EventLog } from "#objects/event-log";
import type { FactOutbox } from "#objects/fact-outbox";
import type { LedgerState } from "#objects/ledger-state";

type Parts = { readonly sql: SqlStorage; readonly counters: Counters; readonly state: LedgerState; readonly facts: FactOutbox };

/** Rebuild the index from the log's recent rows when it holds this many identities: older ones cannot come again. */
const INDEX_LIMIT = 2_000_000;

/** Takes events into the ledger: dedupes, logs, counts. Always inside the ledger's transaction. */
export class Recorder {
  readonly #parts: Parts;
  readonly #log: EventLog;
  #index: DedupeIndex | null = null;
  #seenTypes: Set<string> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#log = new EventLog(parts.sql);
  }

  record(events: readonly UsageEvent[], now: Instant): EventResult[] {
    const { state, counters } = this.#parts;
    const attribution = new Attribution(state.contract);
    const index = this.#indexAt(now);
    const accepted: { event: UsageEvent; hash: IdentityHash }[] = [];
    const inCall = new Map<string, UsageEvent>();
    const results = events.map((event): EventResult => {
      const hash = identityHash(event.source, event.id, index.seed);
      const earlier = inCall.get(`${event.source}\n${event.id}`) ?? this.#find(event, index.candidates(hash));
      if (earlier !== null) return saysTheSame(earlier, event) ? { status: "duplicate" } : { status: "conflict", code: "event_conflict" };
      const refused = this.#refuse(event, now);
      if (refused !== null) return refused;
      accepted.push({ event, hash });
      inCall.set(`${event.source}\n${event.id}`, event);
      return this.#count(event, attribution);
    });
    if (accepted.length === 0) return results;
    const position = this.#log.append(
      state.position,
      now,
      accepted.map(({ event }) => event),
      accepted.map(({ hash }) => hash),
    );
    accepted.forEach(({ hash }, i) => index.add(hash, position.rows[i] ?? 0));
    state.logged(
      position,
      accepted.reduce((latest, { event }) => Math.max(latest, event.time), 0),
    );
    counters.flush();
    this.#parts.facts.flush();
    return results;
  }

  /** Counts the whole log again, under the contract and catalog held now. What invoices froze stays as it is. */
  recount(): void {
    const { state, counters } = this.#parts;
    counters.clear();
    const attribution = new Attribution(state.contract);
    for (const events of this.#log.all()) {
      for (const event of events) {
        for (const meter of this.#metersOf(event)) this.#add(meter, event, attribution);
      }
    }
    counters.flush();
  }

  hasSeen(eventType: string): boolean {
    return this.#types().has(eventType);
  }

  forget(): void {
    this.#index = null;
    this.#seenTypes = null;
    this.#parts.facts.forget();
  }

  /** Null when the event may be counted. An event that one of its meters cannot read is refused whole. */
  #refuse(event: UsageEvent, now: Instant): EventResult | null {
    const time = checkEventTime(event.time, now);
    if (!time.ok) return rejected(time.error);
    const { contract } = this.#parts.state;
    if (event.subscription !== null && contract !== null) {
      const named = contract.subscriptions.find(({ id }) => id === event.subscription);
      if (named === undefined || revisionAt(named, event.time) === null) {
        const detail = "The customer has no such subscription in force at that time.";
        return { status: "rejected", code: "subscription_unknown", detail, path: "/subscription" };
      }
    }
    for (const meter of this.#metersOf(event)) {
      const value = eventValue(meter, event);
      if (!value.ok) return rejected(value.error);
    }
    return null;
  }

  #count(event: UsageEvent, attribution: Attribution): EventResult {
    const { state, facts } = this.#parts;
    this.#rememberType(event.type);
    const meters = this.#metersOf(event);
    let subscription: string | null = null;
    for (const meter of meters) {
      const billed = this.#add(meter, event, attribution);
      subscription ??= billed?.subscription ?? null;
      if (billed !== null && this.#isFrozen(billed.subscription, meter.key, billed.start)) facts.late(billed.subscription, billed.start);
    }
    const unmatched = state.contract === null ? "customer" : meters.length === 0 ? "type" : null;
    if (unmatched !== null) {
      facts.unmatched(unmatched, event.type, event.time);
      return { status: "accepted", unmatched };
    }
    return subscription === null ? { status: "accepted" } : { status: "accepted", subscription };
  }

  #add(meter: Meter, event: UsageEvent, attribution: Attribution) {
    const value = eventValue(meter, event);
    if (!value.ok) return null;
    const { keys, billed } = attribution.countersOf(meter, event);
    for (const key of keys) this.#parts.counters.add(key, value.value);
    return billed;
  }

  #metersOf(event: UsageEvent): Meter[] {
    return this.#parts.state.catalog?.meters.filter((meter) => meter.eventType === event.type) ?? [];
  }

  #find(event: UsageEvent, rows: readonly number[]): UsageEvent | null {
    for (const row of rows) {
      const found = this.#log.read(row).find(({ id, source }) => id === event.id && source === event.source);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** An identity can only come again while its event's time is still taken, so older rows need no place in the index. */
  #indexAt(now: Instant): DedupeIndex {
    if (this.#index !== null && this.#index.size < INDEX_LIMIT) return this.#index;
    const index = new DedupeIndex(this.#parts.state.seed);
    for (const { hash, row } of this.#log.hashesSince(now - LATEST_ARRIVAL_MS - EARLIEST_ARRIVAL_MS)) index.add(hash, row);
    this.#index = index;
    return index;
  }

  #isFrozen(subscription: string, meter: string, start: Instant): boolean {
    return (
      this.#parts.sql
        .exec("SELECT 1 FROM frozen_window WHERE subscription = ? AND meter = ? AND start = ?", subscription, meter, start)
        .toArray().length > 0
    );
  }

  #rememberType(type: string): void {
    if (this.#types().has(type)) return;
    this.#parts.sql.exec("INSERT INTO seen_type (type) VALUES (?) ON CONFLICT DO NOTHING", type);
    this.#types().add(type);
  }

  #types(): Set<string> {
    this.#seenTypes ??= new Set(
      this.#parts.sql
        .exec<{ type: string }>("SELECT type FROM seen_type")
        .toArray()
        .map(({ type }) => type),
    );
    return this.#seenTypes;
  }
}

function rejected({ code, detail, errors }: Refusal): EventResult {
  return { status: "rejected", code, detail, path: errors?.[0]?.path ?? "" };
}
