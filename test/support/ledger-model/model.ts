import { aggregate } from "#domain/metering/aggregate";
import { saysTheSame } from "#domain/metering/fingerprint";
import type { UsageEvent } from "#domain/metering/usage-event";
import { decimalText } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";
import { contains, type Period } from "#domain/time/period";
import { UTC } from "#domain/time/zone";
import type { BackfillSpec, Correction } from "#objects/usage-calls";
import { modelMeters } from "#test/support/ledger-model/meters";

const LATEST_MS = 35 * 86_400_000;
const EARLIEST_MS = 3_600_000;

type Entry = {
  event: UsageEvent;
  original: UsageEvent;
  backfill: string | null;
  unless: string | null;
  voided: boolean;
  loggedAt: number;
  amendedAt: number;
};
type Backfill = BackfillSpec & { state: "open" | "closed" | "reverted"; closedAt: number };

/**
 * What a ledger must do, written as plainly as can be: a list of entries in order of arrival, and every number a fold over
 * those that count. Nothing here is incremental, so nothing here can drift.
 */
export class LedgerModel {
  readonly #entries: Entry[] = [];
  readonly #backfills = new Map<string, Backfill>();
  readonly #frozen = new Map<string, { quantities: string[]; moment: number; starts: Instant[] }>();
  #moment = 0;
  now: Instant;

  constructor(now: Instant) {
    this.now = now;
  }

  record(event: UsageEvent): string {
    const known = this.#visible(event).find(({ backfill }) => backfill === null);
    if (known) return saysTheSame(known.original, event) ? "duplicate" : "conflict";
    const filled = this.#visible(event).find((entry) => this.#stateOf(entry) === "closed");
    if (filled) {
      this.#log(event, null, filled.backfill);
      return saysTheSame(filled.original, event) ? "duplicate" : "conflict";
    }
    if (event.time < this.now - LATEST_MS || event.time > this.now + EARLIEST_MS) return "rejected";
    this.#log(event, null, null);
    return "accepted";
  }

  stage(spec: BackfillSpec, event: UsageEvent): string {
    const held = this.#backfills.get(spec.id);
    if (held && held.state !== "open") return "rejected";
    if (!held) this.#backfills.set(spec.id, { ...spec, state: "open", closedAt: 0 });
    if (!covers(spec, event)) return "rejected";
    for (const entry of this.#visible(event)) {
      const stays = this.#rowCounts(entry) && !(spec.mode === "replace" && covers(spec, entry.original));
      if (entry.backfill === spec.id || stays) return saysTheSame(entry.original, event) ? "duplicate" : "conflict";
    }
    this.#log(event, spec.id, null);
    return "accepted";
  }

  correct(correction: Correction): string {
    const all = this.#visible(correction);
    const entry = all.find((one) => this.#counts(one)) ?? all.at(-1);
    if (!entry) return "rejected";
    if (entry.voided) return correction.kind === "void" ? "unchanged" : "rejected";
    if (!this.#counts(entry)) return "rejected";
    if (correction.kind === "void") {
      entry.voided = true;
      return "voided";
    }
    const next = { ...entry.event, ...correction.event, timeIsGiven: true };
    if (saysTheSame(entry.event, next)) return "unchanged";
    if (next.time !== entry.event.time && (next.time < this.now - LATEST_MS || next.time > this.now + EARLIEST_MS)) return "rejected";
    this.#moment += 1;
    entry.event = next;
    entry.amendedAt = this.#moment;
    return "amended";
  }

  close(spec: BackfillSpec): void {
    const held = this.#backfills.get(spec.id) ?? { ...spec, state: "open" as const, closedAt: 0 };
    if (held.state !== "open") return;
    if (spec.mode === "add") {
      for (const entry of this.#entries.filter(({ backfill }) => backfill === spec.id)) {
        if (this.#visible(entry.original).some((other) => other !== entry && this.#rowCounts(other))) entry.voided = true;
      }
    }
    this.#moment += 1;
    this.#backfills.set(spec.id, { ...held, state: "closed", closedAt: this.#moment });
  }

  /** False where an invoice has used it. */
  revert(id: string, windows: readonly Period[]): boolean {
    const held = this.#backfills.get(id);
    if (!held || held.state === "reverted") return true;
    if (held.state === "open") {
      held.state = "reverted";
      return true;
    }
    const before = windows.map((window) => this.quantities(window));
    held.state = "reverted";
    const changed = windows.filter((window, i) => JSON.stringify(this.quantities(window)) !== JSON.stringify(before[i]));
    const used = [...this.#frozen.values()].some(
      ({ moment, starts }) => moment >= held.closedAt && changed.some(({ start }) => starts.includes(start)),
    );
    if (used) held.state = "closed";
    else this.#moment += 1;
    return !used;
  }

  freeze(invoice: string, window: Period): string[] {
    const known = this.#frozen.get(invoice);
    if (known) return known.quantities;
    this.#moment += 1;
    const frozen = { quantities: this.quantities(window), moment: this.#moment, starts: [window.start] };
    this.#frozen.set(invoice, frozen);
    return frozen.quantities;
  }

  /** The quantity of each meter in a window, in the order of the meters. */
  quantities(window: Period): string[] {
    const events = this.counted();
    const reading = { window, until: Math.min(this.now, window.end) };
    return modelMeters.map((meter) => {
      const value = aggregate(meter, events, { reading, zone: UTC });
      return value === null ? "0" : decimalText(value);
    });
  }

  counted(): UsageEvent[] {
    return this.#entries.filter((entry) => this.#counts(entry)).map(({ event }) => event);
  }

  get size(): number {
    return this.#entries.length;
  }

  identity(index: number): Pick<UsageEvent, "id" | "source"> | null {
    return this.#entries[index % Math.max(1, this.#entries.length)]?.original ?? null;
  }

  #visible({ id, source }: Pick<UsageEvent, "id" | "source">): Entry[] {
    return this.#entries.filter(({ original }) => original.id === id && original.source === source);
  }

  #log(event: UsageEvent, backfill: string | null, unless: string | null): void {
    this.#moment += 1;
    this.#entries.push({ event, original: event, backfill, unless, voided: false, loggedAt: this.#moment, amendedAt: 0 });
  }

  #stateOf({ backfill }: Entry): string | null {
    return backfill === null ? null : (this.#backfills.get(backfill)?.state ?? null);
  }

  #rowCounts(entry: Entry): boolean {
    if (entry.unless !== null && this.#backfills.get(entry.unless)?.state === "closed") return false;
    return entry.backfill === null || this.#stateOf(entry) === "closed";
  }

  #counts(entry: Entry): boolean {
    if (entry.voided || !this.#rowCounts(entry)) return false;
    const logged = entry.backfill === null ? entry.loggedAt : (this.#backfills.get(entry.backfill)?.closedAt ?? entry.loggedAt);
    const since = Math.max(logged, entry.amendedAt);
    return ![...this.#backfills.values()].some(
      (other) =>
        other.state === "closed" &&
        other.mode === "replace" &&
        other.id !== entry.backfill &&
        since <= other.closedAt &&
        covers(other, entry.event),
    );
  }
}

function covers({ range, types }: BackfillSpec, event: UsageEvent): boolean {
  return contains(range, event.time) && (types === null || types.includes(event.type));
}
