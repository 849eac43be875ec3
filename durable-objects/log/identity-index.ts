import { DedupeIndex, type IdentityHash } from "#objects/log/dedupe-index";
import type { EventLog } from "#objects/log/event-log";
import { SealedHashes } from "#objects/log/sealed-hashes";

/** Identities held in memory; more are sealed into sorted pages on disk, with a filter that stays in memory. */
const HOT_LIMIT = 1_000_000;
const NONE: readonly number[] = [];

/**
 * Which log rows may hold an identity, for as long as the row is in the log. Recent ones are in memory, built from the log on
 * the first call after a wake; older ones are sealed: 10 bits each in memory, looked up on disk only where the filter says
 * so. A miss is exact; a hit has to be confirmed in the row.
 */
export class IdentityIndex {
  readonly #log: EventLog;
  readonly #sealed: SealedHashes;
  readonly #seed: number;
  readonly #hotLimit: number;
  #hot: DedupeIndex | null = null;
  /** Months that were brought back: looked into, never sealed. */
  #restored: DedupeIndex | null = null;

  constructor(sql: SqlStorage, log: EventLog, seed: number, hotLimit = HOT_LIMIT) {
    this.#log = log;
    this.#sealed = new SealedHashes(sql);
    this.#seed = seed;
    this.#hotLimit = hotLimit;
  }

  /** Makes the index ready for a call. */
  open(): void {
    if (this.#hot === null) {
      [this.#hot, this.#restored] = [new DedupeIndex(this.#seed), new DedupeIndex(this.#seed)];
      for (const { high, low, row, isRestored } of this.#log.hashesAfter(this.#sealed.throughRow))
        (isRestored ? this.#restored : this.#hot).add({ high, low }, row);
    }
    if (this.#hot.size < this.#hotLimit) return;
    this.#sealed.forgetBefore(this.#log.firstSequence());
    this.#sealed.seal(this.#hot);
    this.#hot = new DedupeIndex(this.#seed);
  }

  candidates(hash: IdentityHash): number[] {
    const hot = [...(this.#hot?.candidates(hash) ?? NONE), ...(this.#restored?.size ? this.#restored.candidates(hash) : NONE)];
    return this.#sealed.isEmpty ? hot : [...hot, ...this.#sealed.candidates(hash)];
  }

  add(hash: IdentityHash, row: number): void {
    this.#hot?.add(hash, row);
  }

  get size(): { hot: number; sealed: number } {
    return { hot: this.#hot?.size ?? 0, sealed: this.#sealed.entries };
  }

  forget(): void {
    this.#hot = null;
    this.#restored = null;
    this.#sealed.forget();
  }
}
