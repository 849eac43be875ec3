import type { Instant } from "#domain/time/instant";
import type { LedgerFact, UsageKey } from "#objects/calls";
import type { Unmatched } from "#objects/usage-calls";

type Gathered = { count: number; firstAt: Instant; lastAt: Instant };
type Body<T> = T extends { sequence: number } ? Omit<T, "sequence"> : never;

/** What the ledger must tell D1, kept until the consumer has settled it. Facts of one call are gathered and written once. */
export class FactOutbox {
  readonly #sql: SqlStorage;
  readonly #unmatched = new Map<string, Gathered>();
  readonly #late = new Map<string, { subscription: UsageKey["subscription"]; windowStart: Instant }>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** A negative count takes back what was told before: an event was mended or voided. */
  unmatched(reason: Unmatched, eventType: string, at: Instant, count = 1): void {
    const key = `${reason}\n${eventType}`;
    const known = this.#unmatched.get(key) ?? { count: 0, firstAt: at, lastAt: at };
    this.#unmatched.set(key, { count: known.count + count, firstAt: Math.min(known.firstAt, at), lastAt: Math.max(known.lastAt, at) });
  }

  late(subscription: UsageKey["subscription"], windowStart: Instant): void {
    this.#late.set(`${subscription} ${windowStart}`, { subscription, windowStart });
  }

  add(fact: Body<LedgerFact>): void {
    this.#write(fact);
  }

  flush(): void {
    for (const [key, { count, firstAt, lastAt }] of this.#unmatched) {
      if (count === 0) continue;
      const [reason = "", eventType = ""] = key.split("\n");
      this.#write({ type: "usage.unmatched", reason: reason as Unmatched, eventType, count, firstAt, lastAt });
    }
    for (const fact of this.#late.values()) this.#write({ type: "usage.late", ...fact });
    this.forget();
  }

  waiting(): boolean {
    return this.#sql.exec("SELECT 1 FROM fact LIMIT 1").toArray().length > 0;
  }

  all(): LedgerFact[] {
    return this.#sql
      .exec<{ sequence: number; body: string }>("SELECT sequence, body FROM fact ORDER BY sequence LIMIT 500")
      .toArray()
      .map(({ sequence, body }) => ({ sequence, ...(JSON.parse(body) as Body<LedgerFact>) }));
  }

  settle(through: number): void {
    this.#sql.exec("DELETE FROM fact WHERE sequence <= ?", through);
  }

  forget(): void {
    this.#unmatched.clear();
    this.#late.clear();
  }

  #write(fact: Body<LedgerFact>): void {
    this.#sql.exec("INSERT INTO fact (body) VALUES (?)", JSON.stringify(fact));
  }
}
