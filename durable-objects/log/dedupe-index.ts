const SMALLEST = 1 << 12;

/**
 * Which identities the log may hold: an open-addressing table of 64-bit hashes, each with the log row it points to. A miss is
 * exact. A hit has to be confirmed in the row, so a collision costs time and never an event. The hash is seeded per object,
 * so nobody can prepare ids that collide. 12 bytes a slot, at most half full: 24 to 48 bytes an identity.
 */
export class DedupeIndex {
  #high = new Uint32Array(SMALLEST);
  #low = new Uint32Array(SMALLEST);
  #row = new Uint32Array(SMALLEST);
  #count = 0;

  readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  get size(): number {
    return this.#count;
  }

  /** The log rows that may hold this identity: none, or nearly always the right one. */
  candidates(hash: IdentityHash): number[] {
    const rows: number[] = [];
    const mask = this.#row.length - 1;
    for (let slot = hash.low & mask; this.#row[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#low[slot] === hash.low && this.#high[slot] === hash.high) rows.push(this.#row[slot] ?? 0);
    }
    return rows;
  }

  /** All entries as (high, low, row) words, in the order of their hashes. */
  sorted(): Uint32Array {
    const slots = new Uint32Array(this.#count);
    let found = 0;
    for (let slot = 0; slot < this.#row.length; slot++) if (this.#row[slot] !== 0) slots[found++] = slot;
    slots.sort((a, b) => (this.#high[a] as number) - (this.#high[b] as number) || (this.#low[a] as number) - (this.#low[b] as number));
    const words = new Uint32Array(this.#count * 3);
    for (const [index, slot] of slots.entries()) {
      words[index * 3] = this.#high[slot] as number;
      words[index * 3 + 1] = this.#low[slot] as number;
      words[index * 3 + 2] = this.#row[slot] as number;
    }
    return words;
  }

  /** `row` is a log sequence, 1 or more. */
  add(hash: IdentityHash, row: number): void {
    if ((this.#count + 1) * 2 > this.#row.length) this.#grow();
    this.#place(hash.high, hash.low, row);
    this.#count += 1;
  }

  #place(high: number, low: number, row: number): void {
    const mask = this.#row.length - 1;
    let slot = low & mask;
    while (this.#row[slot] !== 0) slot = (slot + 1) & mask;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#row[slot] = row;
  }

  #grow(): void {
    const [high, low, row] = [this.#high, this.#low, this.#row];
    const length = row.length * 2;
    [this.#high, this.#low, this.#row] = [new Uint32Array(length), new Uint32Array(length), new Uint32Array(length)];
    for (let slot = 0; slot < row.length; slot++) {
      if (row[slot] !== 0) this.#place(high[slot] ?? 0, low[slot] ?? 0, row[slot] ?? 0);
    }
  }
}

export type IdentityHash = { readonly high: number; readonly low: number };

/** 64 seeded bits of (source, id): two multiply-xorshift lanes over the text, each finished as in MurmurHash3. */
export function identityHash(source: string, id: string, seed: number): IdentityHash {
  let high = (0x9e3779b9 ^ seed) >>> 0;
  let low = (0x85ebca6b ^ Math.imul(seed, 0x27d4eb2f)) >>> 0;
  const mix = (code: number): void => {
    high = Math.imul(high ^ code, 0x9e3779b1);
    high ^= high >>> 15;
    low = Math.imul(low ^ code, 0x5bd1e995);
    low ^= low >>> 13;
  };
  for (let i = 0; i < source.length; i++) mix(source.charCodeAt(i));
  mix(0x10000);
  for (let i = 0; i < id.length; i++) mix(id.charCodeAt(i));
  return { high: finish(high ^ (low >>> 7)), low: finish(low ^ (high << 9)) };
}

function finish(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
