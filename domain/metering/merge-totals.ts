import type { Algebra } from "#domain/metering/algebra";
import { decimalText } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";

/** A dimension's value by name; null where events had none. */
export type GroupValues = Readonly<Record<string, string | null>>;

/** What one ledger counted in one window: an encoded state of the meter's algebra. */
export type PartTotal = {
  readonly window: Period;
  readonly customer: string;
  readonly group: GroupValues;
  readonly state: string;
  readonly exact: boolean;
};

/** `customer` is null where the total is of several. */
export type MergedTotal = {
  readonly window: Period;
  readonly customer: string | null;
  readonly group: GroupValues;
  readonly value: string;
  readonly exact: boolean;
};

/** Which totals become one. */
export type Merging = { readonly groupBy: readonly string[]; readonly byCustomer: boolean; readonly windows: boolean };

/**
 * Adds totals of several ledgers, and of the hours and groups within a window, as the meter's algebra does. Totals without
 * windows of their own are joined into one that spans them all.
 */
export class TotalMerge<State> {
  readonly #algebra: Algebra<State>;
  readonly #join: (a: State, b: State) => State;
  readonly #how: Merging;
  readonly #totals = new Map<string, Omit<MergedTotal, "value"> & { readonly state: State }>();

  constructor(algebra: Algebra<State> & { readonly merge: NonNullable<Algebra<State>["merge"]> }, how: Merging) {
    this.#algebra = algebra;
    this.#join = algebra.merge;
    this.#how = how;
  }

  /** How many totals there are by now. */
  get size(): number {
    return this.#totals.size;
  }

  add(part: PartTotal): void {
    const { groupBy, byCustomer, windows } = this.#how;
    const customer = byCustomer ? part.customer : null;
    const group = Object.fromEntries(groupBy.map((name) => [name, part.group[name] ?? null]));
    const name = JSON.stringify([windows ? part.window.start : null, customer, ...Object.values(group)]);
    const state = this.#algebra.decode(part.state);
    const known = this.#totals.get(name);
    this.#totals.set(name, {
      window: known === undefined ? part.window : span(known.window, part.window),
      customer,
      group,
      state: known === undefined ? state : this.#join(known.state, state),
      exact: part.exact && (known?.exact ?? true),
    });
  }

  /** The totals in order of time, then customer, then group. Time is counted up to `now`. */
  totals(now: Instant): MergedTotal[] {
    return [...this.#totals.values()].sort(byPlace).flatMap(({ state, ...total }) => {
      const value = this.#algebra.value(state, {
        window: total.window,
        until: Math.max(total.window.start, Math.min(total.window.end, now)),
      });
      return value === null ? [] : [{ ...total, value: decimalText(value) }];
    });
  }
}

function span(a: Period, b: Period): Period {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

type Placed = Pick<MergedTotal, "window" | "customer" | "group">;

/** Where a total stands among the others: a text that sorts as they do. */
export function placeOf({ window, customer, group }: Placed): string {
  return JSON.stringify([String(window.start).padStart(15, "0"), customer, Object.values(group)]);
}

export function byPlace(a: Placed, b: Placed): number {
  const [x, y] = [placeOf(a), placeOf(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
