import type { DedupeIndex, IdentityHash } from "#objects/log/dedupe-index";

/** Entries of a page: two words of hash and one of row each. 48 kB, read whole. */
const ENTRIES_A_PAGE = 4_096;
const WORDS = 3;
/** Ten bits an entry and seven probes: about one miss in a hundred looks at a page for nothing. */
const BITS_AN_ENTRY = 10;
const PROBES = 7;

type Generation = { readonly generation: number; readonly throughRow: number; readonly entries: number; readonly filter: Uint32Array };

/** Identity hashes that no longer fit in memory: sorted pages in SQLite behind a Bloom filter per generation. */
export class SealedHashes {
  readonly #sql: SqlStorage;
  #generations: Generation[] | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get isEmpty(): boolean {
    return this.#all().length === 0;
  }

  get entries(): number {
    return this.#all().reduce((sum, { entries }) => sum + entries, 0);
  }

  /** The last log row that is sealed; later ones belong in memory. */
  get throughRow(): number {
    return this.#all().at(-1)?.throughRow ?? 0;
  }

  candidates(hash: IdentityHash): number[] {
    return this.#all().flatMap(({ generation, filter }) => (mayHold(filter, hash) ? this.#rowsOf(generation, hash) : []));
  }

  /** Writes all of an index as the next generation. */
  seal(index: DedupeIndex): void {
    const sorted = index.sorted();
    const entries = sorted.length / WORDS;
    const generation = (this.#all().at(-1)?.generation ?? 0) + 1;
    const filter = new Uint32Array(Math.ceil((entries * BITS_AN_ENTRY) / 32));
    let throughRow = 0;
    for (let at = 0; at < sorted.length; at += WORDS) {
      setBits(filter, { high: sorted[at] as number, low: sorted[at + 1] as number });
      throughRow = Math.max(throughRow, sorted[at + 2] as number);
    }
    for (let at = 0; at < sorted.length; at += ENTRIES_A_PAGE * WORDS) {
      const page = sorted.slice(at, at + ENTRIES_A_PAGE * WORDS);
      this.#sql.exec(
        "INSERT INTO sealed_page (generation, first, data) VALUES (?, ?, ?)",
        generation,
        // Two pages may begin with one hash only if it stands 4,096 times: the row keeps their names apart.
        `${nameOf({ high: page[0] as number, low: page[1] as number })} ${String(at).padStart(9, "0")}`,
        page.buffer,
      );
    }
    this.#sql.exec(
      "INSERT INTO sealed_generation (generation, through_row, entries, filter) VALUES (?, ?, ?, ?)",
      generation,
      throughRow,
      entries,
      filter.buffer,
    );
    this.forget();
  }

  /** Drops the generations whose rows are all gone. The newest stays: it says where memory begins. */
  forgetBefore(firstRow: number): void {
    const newest = this.#all().at(-1)?.generation ?? 0;
    const old = this.#sql
      .exec<{ generation: number }>("SELECT generation FROM sealed_generation WHERE through_row < ? AND generation < ?", firstRow, newest)
      .toArray();
    for (const { generation } of old) {
      this.#sql.exec("DELETE FROM sealed_page WHERE generation = ?", generation);
      this.#sql.exec("DELETE FROM sealed_generation WHERE generation = ?", generation);
    }
    if (old.length > 0) this.forget();
  }

  forget(): void {
    this.#generations = null;
  }

  #all(): Generation[] {
    this.#generations ??= this.#sql
      .exec<{ generation: number; through_row: number; entries: number; filter: ArrayBuffer }>(
        "SELECT generation, through_row, entries, filter FROM sealed_generation ORDER BY generation",
      )
      .toArray()
      .map(({ generation, through_row, entries, filter }) => ({
        generation,
        throughRow: through_row,
        entries,
        filter: new Uint32Array(filter),
      }));
    return this.#generations;
  }

  /** A hash may run from the end of one page into the next ones. */
  #rowsOf(generation: number, hash: IdentityHash): number[] {
    const name = nameOf(hash);
    const pages = this.#sql
      .exec<{ data: ArrayBuffer }>(
        `SELECT data FROM sealed_page WHERE generation = ?1 AND first >= coalesce(
           (SELECT max(first) FROM sealed_page WHERE generation = ?1 AND first < ?2), '') AND first <= ?2 || '~'`,
        generation,
        name,
      )
      .toArray();
    return pages.flatMap(({ data }) => rowsIn(new Uint32Array(data), hash));
  }
}

function rowsIn(page: Uint32Array, { high, low }: IdentityHash): number[] {
  let [from, to] = [0, page.length / WORDS];
  while (from < to) {
    const middle = (from + to) >>> 1;
    const [h, l] = [page[middle * WORDS] as number, page[middle * WORDS + 1] as number];
    if (h < high || (h === high && l < low)) from = middle + 1;
    else to = middle;
  }
  const rows: number[] = [];
  for (let at = from * WORDS; at < page.length && page[at] === high && page[at + 1] === low; at += WORDS) rows.push(page[at + 2] as number);
  return rows;
}

function nameOf({ high, low }: IdentityHash): string {
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}

function mayHold(filter: Uint32Array, hash: IdentityHash): boolean {
  for (let probe = 0; probe < PROBES; probe++) {
    const bit = bitOf(hash, probe, filter.length * 32);
    if (((filter[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
  }
  return true;
}

function setBits(filter: Uint32Array, hash: IdentityHash): void {
  for (let probe = 0; probe < PROBES; probe++) {
    const bit = bitOf(hash, probe, filter.length * 32);
    filter[bit >>> 5] = (filter[bit >>> 5] as number) | (1 << (bit & 31));
  }
}

/** Odd steps of an unsigned word: `|` alone would make half of them negative, and their bits fall outside of the filter. */
function bitOf({ high, low }: IdentityHash, probe: number, bits: number): number {
  return (low + probe * ((high | 1) >>> 0)) % bits;
}
