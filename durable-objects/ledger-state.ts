import type { Meter } from "#domain/catalog/meter";
import type { Instant } from "#domain/time/instant";
import type { Catalog, Contract } from "#objects/calls";
import type { LogPosition } from "#objects/log/event-log";

type Row = {
  last_now: number;
  sequence: number;
  chain: string;
  seed: number;
  latest_event_at: number;
  sealed_before: number;
  next_counter: number;
  contract: string | null;
  catalog: string | null;
};

/** The one row of facts about the ledger itself, read once after a wake and written only where it changes. */
export class LedgerState {
  readonly #sql: SqlStorage;
  #row: Row | null = null;
  #contract: Contract | null | undefined;
  #catalog: Catalog | null | undefined;
  #metersByType: ReadonlyMap<string, readonly Meter[]> | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get seed(): number {
    return this.#read().seed;
  }

  get latestEventAt(): Instant {
    return this.#read().latest_event_at;
  }

  /** Events before this instant may lie in archived months: windows that start earlier are not counted anew. */
  get sealedBefore(): Instant {
    return this.#read().sealed_before;
  }

  set sealedBefore(at: Instant) {
    this.#read().sealed_before = at;
    this.#sql.exec("UPDATE state SET sealed_before = ?", at);
  }

  /** A number that no other set-like total of this ledger has. */
  newCounter(): number {
    const row = this.#read();
    row.next_counter += 1;
    this.#sql.exec("UPDATE state SET next_counter = ?", row.next_counter);
    return row.next_counter - 1;
  }

  /** Gives a change that adds no event a place in the order of all changes. */
  tick(): number {
    const row = this.#read();
    row.sequence += 1;
    this.#sql.exec("UPDATE state SET sequence = ?", row.sequence);
    return row.sequence;
  }

  get position(): LogPosition {
    const { sequence, chain } = this.#read();
    return { sequence, chain };
  }

  get contract(): Contract | null {
    const { contract } = this.#read();
    this.#contract ??= contract === null ? null : (JSON.parse(contract) as Contract);
    return this.#contract;
  }

  set contract(contract: Contract | null) {
    this.#sql.exec("UPDATE state SET contract = ?", JSON.stringify(contract));
    this.forget();
  }

  get catalog(): Catalog | null {
    const { catalog } = this.#read();
    this.#catalog ??= catalog === null ? null : (JSON.parse(catalog) as Catalog);
    return this.#catalog;
  }

  set catalog(catalog: Catalog | null) {
    this.#sql.exec("UPDATE state SET catalog = ?", JSON.stringify(catalog));
    this.forget();
  }

  /** The meters of the catalog by the event type they read. */
  get metersByType(): ReadonlyMap<string, readonly Meter[]> {
    this.#metersByType ??= Map.groupBy(this.catalog?.meters ?? [], ({ eventType }) => eventType);
    return this.#metersByType;
  }

  /** The instant to act at: the ledger's time never goes back, whatever clock a caller had. */
  latest(now: Instant): Instant {
    return Math.max(now, this.#read().last_now);
  }

  advance(now: Instant): Instant {
    const row = this.#read();
    if (now > row.last_now) {
      this.#sql.exec("UPDATE state SET last_now = ?", now);
      row.last_now = now;
    }
    return row.last_now;
  }

  logged({ sequence, chain }: LogPosition, latestEventAt: Instant): void {
    const row = this.#read();
    row.latest_event_at = Math.max(row.latest_event_at, latestEventAt);
    row.sequence = sequence;
    row.chain = chain;
    this.#sql.exec("UPDATE state SET sequence = ?, chain = ?, latest_event_at = ?", sequence, chain, row.latest_event_at);
  }

  forget(): void {
    this.#row = null;
    this.#contract = undefined;
    this.#catalog = undefined;
    this.#metersByType = null;
  }

  #read(): Row {
    this.#row ??= this.#sql
      .exec<Row>("SELECT last_now, sequence, chain, seed, latest_event_at, sealed_before, next_counter, contract, catalog FROM state")
      .one();
    return this.#row;
  }
}
