import type { Meter } from "#domain/catalog/meter";
import { checkEventTime } from "#domain/metering/event-time";
import { saysTheSame } from "#domain/metering/fingerprint";
import { measure } from "#domain/metering/measure";
import type { Measurement } from "#domain/metering/measurement";
import type { UsageEvent } from "#domain/metering/usage-event";
import { revisionAt } from "#domain/subscriptions/usage-window";
import type { Instant } from "#domain/time/instant";
import { Attribution } from "#objects/attribution";
import type { EventResult, ValueProblem } from "#objects/calls";
import type { EffectWatch } from "#objects/effect-watch";
import type { LedgerParts } from "#objects/ledger-parts";
import { covers } from "#objects/log/backfills";
import { identityHash, type IdentityHash } from "#objects/log/dedupe-index";
import type { RowFacts } from "#objects/log/event-log";
import { type Found, Identities, identityOf } from "#objects/log/identities";
import type { IdentityIndex } from "#objects/log/identity-index";
import { orderOf } from "#objects/log/standing";
import { alteredWindows, touchedBy } from "#objects/quantities";
import type { BackfillSpec, Unmatched } from "#objects/usage-calls";

export type HashOf = (source: string, id: string, seed: number) => IdentityHash;

type Taken = { readonly event: UsageEvent; readonly hash: IdentityHash };
type Measured = { readonly meter: Meter; readonly measurement: Measurement };
/** What the meters make of an event, and what they cannot make of it. */
type Reading = { readonly measured: readonly Measured[]; readonly problems: readonly ValueProblem[] };
/** What an event of the log says to a new one of its identity. */
type Earlier = { readonly result: EventResult | null; readonly shadowOf: string | null };

const DUPLICATE: EventResult = { status: "duplicate" };
const ACCEPTED: EventResult = { status: "accepted" };
const CONFLICT: EventResult = { status: "conflict", code: "event_conflict" };
const NEW: Earlier = { result: null, shadowOf: null };

/** Takes events into the ledger: dedupes, logs, counts. Always inside the ledger's transaction. */
export class Recorder {
  readonly #parts: LedgerParts;
  readonly #index: IdentityIndex;
  readonly #hashOf: HashOf;
  readonly #answers = new Map<string, EventResult>();

  constructor(parts: LedgerParts, index: IdentityIndex, hashOf: HashOf = identityHash) {
    this.#parts = parts;
    this.#index = index;
    this.#hashOf = hashOf;
  }

  /** `text` is the same events as one JSON text, where the caller has it: a call that is taken whole is logged as it came. */
  record(events: readonly UsageEvent[], now: Instant, watch: EffectWatch | null, text: string | null = null): EventResult[] {
    const { state, tally, facts, seen, rollups } = this.#parts;
    const call = this.#begin();
    const taken: (Taken & { readonly place: number; readonly reading: Reading })[] = [];
    const shadows = new Map<string, Taken[]>();
    const types = new Set<string>();
    const results = events.map((event, place): EventResult => {
      const hash = this.#hashOf(event.source, event.id, state.seed);
      const inCall = call.inCall.get(identityOf(event));
      if (inCall !== undefined) return saysTheSame(inCall, event) ? DUPLICATE : CONFLICT;
      const known = this.#earlier(event, call.identities.find(event.source, event.id, this.#index.candidates(hash)));
      if (known.shadowOf !== null) {
        shadows.set(known.shadowOf, [...(shadows.get(known.shadowOf) ?? []), { event, hash }]);
        call.inCall.set(identityOf(event), event);
      }
      if (known.result !== null) return known.result;
      const reading = this.#read(event, state.metersByType.get(event.type) ?? [], call.attribution, now);
      if ("status" in reading) return reading;
      taken.push({ event, hash, place, reading });
      call.inCall.set(identityOf(event), event);
      types.add(event.type);
      seen.note(event);
      return ACCEPTED;
    });
    const orders = this.#log(taken, { receivedAt: now, backfill: null, unless: null }, taken.length === events.length ? text : null);
    for (const [i, { event, place, reading }] of taken.entries())
      results[place] = this.#count(event, reading, call.attribution, orders[i] as number, watch);
    for (const [backfill, events] of shadows) this.#log(events, { receivedAt: now, backfill: null, unless: backfill });
    tally.flush();
    rollups.flush(state.position.sequence);
    seen.flush(types, now);
    facts.flush();
    return results;
  }

  /** Keeps events of a backfill where they count nothing until it closes. */
  stage(backfill: BackfillSpec, events: readonly UsageEvent[], now: Instant): EventResult[] {
    const { state, backfills, facts, seen } = this.#parts;
    const held = backfills.find(backfill.id);
    if (held !== null && held.state !== "open") return events.map(() => rejected("backfill_not_open", "The backfill is closed."));
    if (held === null) backfills.save({ ...backfill, state: "open", closedAtSequence: 0, filled: null });
    const call = this.#begin();
    const taken: Taken[] = [];
    const types = new Set<string>();
    const results = events.map((event): EventResult => {
      const refused = this.#refusedByBackfill(backfill, event);
      if (refused !== null) return refused;
      const hash = this.#hashOf(event.source, event.id, state.seed);
      const earlier = call.inCall.get(identityOf(event));
      if (earlier !== undefined) return saysTheSame(earlier, event) ? DUPLICATE : CONFLICT;
      const known = this.#staysBeside(backfill, event, call.identities.find(event.source, event.id, this.#index.candidates(hash)));
      if (known !== null) return known;
      const reading = this.read(event);
      const tooMuch = reading.problems.find(isRefused);
      if (tooMuch !== undefined) return rejected(tooMuch.code, tooMuch.detail, "/properties");
      taken.push({ event, hash });
      call.inCall.set(identityOf(event), event);
      types.add(event.type);
      seen.note(event);
      return this.#accepted(null, this.unmatched(event, reading.problems), reading.problems);
    });
    this.#log(taken, { receivedAt: now, backfill: backfill.id, unless: null });
    seen.flush(types, now);
    facts.flush();
    return results;
  }

  /** The events of an identity in the log, as far as they can be found. */
  find(source: string, id: string): Found[] {
    this.#index.open();
    return new Identities(this.#parts.log).find(source, id, this.#index.candidates(this.#hashOf(source, id, this.#parts.state.seed)));
  }

  /** What the meters make of an event. */
  read(event: UsageEvent): Reading {
    return this.#measured(event, this.#parts.state.metersByType.get(event.type) ?? []);
  }

  /** Why an event cannot be taken, or null. */
  refusal(event: UsageEvent, now: Instant): EventResult | null {
    const { state, tally } = this.#parts;
    const reading = this.#read(event, state.metersByType.get(event.type) ?? [], new Attribution(state.contract, tally), now);
    return "status" in reading ? reading : null;
  }

  /** Counts an event that the log holds already. */
  countAgain(event: UsageEvent, order: number, watch: EffectWatch | null): void {
    const attribution = new Attribution(this.#parts.state.contract, this.#parts.tally);
    this.#count(event, this.read(event), attribution, order, watch);
  }

  #begin() {
    const { state, tally, log } = this.#parts;
    this.#index.open();
    return {
      attribution: new Attribution(state.contract, tally),
      identities: new Identities(log),
      inCall: new Map<string, UsageEvent>(),
    };
  }

  /** Appends events and answers the place of arrival of each. */
  #log(taken: readonly Taken[], facts: RowFacts, text: string | null = null): number[] {
    if (taken.length === 0) return [];
    const { log, state } = this.#parts;
    const events = taken.map(({ event }) => event);
    const hashes = taken.map(({ hash }) => hash);
    const position = log.append(state.position, facts, { events, hashes, text });
    for (const [i, hash] of hashes.entries()) this.#index.add(hash, position.rows[i] as number);
    let latest = 0;
    for (const { time } of events) if (time > latest) latest = time;
    state.logged(position, latest);
    let [row, index] = [0, 0];
    return position.rows.map((next) => {
      index = next === row ? index + 1 : 0;
      row = next;
      return orderOf(row, index);
    });
  }

  /**
   * The first event of an identity stands. One that only a closed backfill holds is logged beside it, to count should that
   * backfill be reverted; one that is staged or was reverted says nothing.
   */
  #earlier(event: UsageEvent, found: readonly Found[]): Earlier {
    if (found.length === 0) return NEW;
    const own = found.find(({ row }) => row.backfill === null);
    if (own !== undefined) return { result: saysTheSame(own.event, event) ? DUPLICATE : CONFLICT, shadowOf: null };
    const filled = found.find(({ row }) => this.#parts.backfills.statusOf(row) === "counted");
    if (filled === undefined) return NEW;
    return { result: saysTheSame(filled.event, event) ? DUPLICATE : CONFLICT, shadowOf: filled.row.backfill };
  }

  /** Whether a staged event is there already: in its own backfill, or counted outside of what the backfill replaces. */
  #staysBeside(backfill: BackfillSpec, event: UsageEvent, found: readonly Found[]): EventResult | null {
    for (const { row, event: earlier } of found) {
      const own = row.backfill === backfill.id;
      const stays = this.#parts.backfills.statusOf(row) === "counted" && !(backfill.mode === "replace" && covers(backfill, earlier));
      if (own || stays) return saysTheSame(earlier, event) ? DUPLICATE : CONFLICT;
    }
    return null;
  }

  #refusedByBackfill(backfill: BackfillSpec, event: UsageEvent): EventResult | null {
    if (!covers(backfill, event)) return rejected("outside_backfill", "The event is not of the backfill's types and time.");
    if (event.time < this.#parts.state.sealedBefore)
      return rejected("range_archived", "The events of that time are archived; restore them first.");
    return null;
  }

  /** What the meters make of an event, or why it cannot be taken. */
  #read(event: UsageEvent, meters: readonly Meter[], attribution: Attribution, now: Instant): Reading | EventResult {
    const time = checkEventTime(event.time, now);
    if (!time.ok) return rejected(time.error.code, time.error.detail, "/time");
    const { contract, frozen } = { contract: this.#parts.state.contract, frozen: this.#parts.frozen };
    if (event.subscription !== null && contract !== null) {
      const named = contract.subscriptions.find(({ id }) => id === event.subscription);
      if (named === undefined || revisionAt(named, event.time) === null)
        return rejected("subscription_unknown", "The customer has no such subscription in force at that time.", "/subscription");
    }
    const reading = this.#measured(event, meters);
    const tooMuch = reading.problems.find(isRefused);
    if (tooMuch !== undefined) return rejected(tooMuch.code, tooMuch.detail, "/properties");
    for (const { meter } of reading.measured) {
      const billed = meter.late === "reject" && frozen.any ? attribution.slotOf(meter, event).billed : null;
      if (billed !== null && frozen.find(billed.subscription.id, meter.key, billed.window.start) !== null)
        return rejected("period_issued", `Meter ${meter.key} takes no events of a period that was issued.`, "/time");
    }
    return reading;
  }

  #measured(event: UsageEvent, meters: readonly Meter[]): Reading {
    const [measured, problems]: [Measured[], ValueProblem[]] = [[], []];
    for (const meter of meters) {
      const result = measure(meter, event);
      if (!result.ok) problems.push({ meter: meter.key, code: result.error.code, detail: result.error.detail });
      else if (result.value !== null && !this.#parts.tally.groups.fits(meter.key, result.value.group))
        problems.push({
          meter: meter.key,
          code: "too_many_groups",
          detail: `Meter ${meter.key} has too many combinations of dimension values.`,
        });
      else if (result.value !== null) measured.push({ meter, measurement: result.value });
    }
    return { measured, problems };
  }

  #count(
    event: UsageEvent,
    { measured, problems }: Reading,
    attribution: Attribution,
    order: number,
    watch: EffectWatch | null,
  ): EventResult {
    const { tally, state, facts, rollups } = this.#parts;
    let subscription: string | null = null;
    for (const { meter, measurement } of measured) {
      const { group, value, text } = measurement;
      const slot = attribution.slotOf(meter, event);
      if (slot.billed !== null) subscription ??= slot.billed.subscription.id;
      for (const touched of touchedBy(state.contract, meter, slot)) {
        watch?.touch(touched, meter, group, event.time);
        this.#tellLate(touched, meter, group, event.time);
      }
      tally.groups.note(meter.key, group);
      tally.add(meter, attribution.cellsOf(meter, slot, group), group, { value, text, at: event.time, order });
      rollups.note(meter.key, event.time);
    }
    const unmatched = this.unmatched(event, problems);
    if (unmatched !== null) facts.unmatched(unmatched, event.type, event.time);
    return this.#accepted(state.contract === null ? null : subscription, unmatched, problems);
  }

  /** One object for all events that are answered alike: copied to the caller once, however many they are. */
  #accepted(subscription: string | null, unmatched: Unmatched | null, problems: readonly ValueProblem[]): EventResult {
    const name = problems.length > 0 ? null : `${unmatched ?? ""} ${subscription ?? ""}`;
    const known = name === null ? undefined : this.#answers.get(name);
    if (known !== undefined) return known;
    const answer: EventResult = {
      status: "accepted",
      ...(unmatched === null ? {} : { unmatched }),
      ...(problems.length === 0 ? {} : { problems }),
      ...(subscription === null ? {} : { subscription }),
    };
    if (name !== null) this.#answers.set(name, answer);
    return answer;
  }

  /** What keeps an event from being counted in full. */
  unmatched(event: UsageEvent, problems: readonly ValueProblem[]): Unmatched | null {
    if (this.#parts.state.contract === null) return "customer";
    if (problems.length > 0) return "value";
    return this.#parts.state.metersByType.has(event.type) ? null : "type";
  }

  /** Usage for a window that an invoice has frozen: the next bill has to look there again. */
  #tellLate(subscription: Parameters<typeof alteredWindows>[1], meter: Meter, group: string, at: Instant): void {
    const { frozen, facts, state } = this.#parts;
    if (!frozen.any) return;
    const now = state.latest(0);
    for (const start of alteredWindows(this.#parts, subscription, { meter, group, at, now })) {
      if (frozen.find(subscription.id, meter.key, start) === null) continue;
      facts.late(subscription.id, start);
      return;
    }
  }
}

function rejected(code: string, detail: string, path = ""): EventResult {
  return { status: "rejected", code, detail, path };
}

/** Problems for which the event is not kept: it could never be counted as it is. */
function isRefused({ code }: ValueProblem): boolean {
  return code === "value_too_long" || code === "too_many_groups";
}
