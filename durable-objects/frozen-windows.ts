import type { Id } from "#domain/ids";
import type { Instant } from "#domain/time/instant";
import type { UsageKey } from "#objects/calls";

/** Which usage windows an invoice was issued with, and with which numbers. */
export class FrozenWindows {
  readonly #sql: SqlStorage;
  #any: boolean | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Whether anything was frozen ever: spares a look per event where nothing was. */
  get any(): boolean {
    this.#any ??= this.#sql.exec("SELECT 1 FROM frozen_window LIMIT 1").toArray().length > 0;
    return this.#any;
  }

  forget(): void {
    this.#any = null;
  }

  /** The quantities an invoice has frozen for these keys before, or null. */
  quantitiesOf(invoice: Id<"invoice">, keys: string): string[] | null {
    const known = this.#sql
      .exec<{ keys: string; quantities: string }>("SELECT keys, quantities FROM frozen WHERE invoice = ?", invoice)
      .toArray()[0];
    return known?.keys === keys ? (JSON.parse(known.quantities) as string[]) : null;
  }

  freeze(invoice: Id<"invoice">, keys: readonly UsageKey[], quantities: readonly string[], sequence: number): void {
    this.#sql.exec(
      "INSERT INTO frozen (invoice, keys, quantities) VALUES (?, ?, ?) ON CONFLICT (invoice) DO UPDATE SET keys = excluded.keys, quantities = excluded.quantities",
      invoice,
      JSON.stringify(keys),
      JSON.stringify(quantities),
    );
    this.#any = null;
    for (const { subscription, meter, start } of keys) {
      this.#sql.exec(
        `INSERT INTO frozen_window (subscription, meter, start, invoice, sequence) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (subscription, meter, start) DO UPDATE SET invoice = excluded.invoice, sequence = excluded.sequence`,
        subscription,
        meter,
        start,
        invoice,
        sequence,
      );
    }
  }

  /** The last invoice a window was frozen for, and where the log ended then. */
  find(subscription: string, meter: string, start: Instant): { invoice: Id<"invoice">; sequence: number } | null {
    return (
      this.#sql
        .exec<{ invoice: Id<"invoice">; sequence: number }>(
          "SELECT invoice, sequence FROM frozen_window WHERE subscription = ? AND meter = ? AND start = ?",
          subscription,
          meter,
          start,
        )
        .toArray()[0] ?? null
    );
  }
}
