import type { Group } from "#domain/metering/measurement";

/** Combinations of dimension values that one meter of one customer may have; more are refused with a clear code. */
export const MOST_GROUPS = 5_000;

/** Which groups each meter of this ledger has ever had. */
export class MeterGroups {
  readonly #sql: SqlStorage;
  readonly #known = new Map<string, Set<Group>>();
  readonly #new: { readonly meter: string; readonly group: Group }[] = [];

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  of(meter: string): Group[] {
    return [...this.#set(meter)];
  }

  /** Whether a group is known, or there is room for it. */
  fits(meter: string, group: Group): boolean {
    const known = this.#set(meter);
    return known.has(group) || known.size < MOST_GROUPS;
  }

  note(meter: string, group: Group): void {
    const known = this.#set(meter);
    if (known.has(group)) return;
    known.add(group);
    this.#new.push({ meter, group });
  }

  counts(): { meter: string; groups: number; most: number }[] {
    return this.#sql
      .exec<{ meter: string; groups: number }>(
        "SELECT meter, count(*) AS groups FROM meter_group WHERE grp <> '' GROUP BY meter ORDER BY meter",
      )
      .toArray()
      .map((row) => ({ ...row, most: MOST_GROUPS }));
  }

  flush(): void {
    for (const { meter, group } of this.#new)
      this.#sql.exec("INSERT INTO meter_group (meter, grp) VALUES (?, ?) ON CONFLICT DO NOTHING", meter, group);
    this.#new.length = 0;
  }

  forget(): void {
    this.#known.clear();
    this.#new.length = 0;
  }

  #set(meter: string): Set<Group> {
    const known = this.#known.get(meter);
    if (known !== undefined) return known;
    const groups = new Set(
      this.#sql
        .exec<{ grp: string }>("SELECT grp FROM meter_group WHERE meter = ?", meter)
        .toArray()
        .map(({ grp }) => grp),
    );
    this.#known.set(meter, groups);
    return groups;
  }
}
