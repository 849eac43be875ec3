import { type Aggregation, aggregationOf, type Meter } from "#domain/catalog/meter";
import { saysTheSame } from "#domain/metering/fingerprint";
import type { UsageEvent } from "#domain/metering/usage-event";
import type { Instant } from "#domain/time/instant";
import { Attribution } from "#objects/attribution";
import type { EffectWatch } from "#objects/effect-watch";
import type { LedgerParts } from "#objects/ledger-parts";
import type { Found } from "#objects/log/identities";
import { orderOf, type StandingEvent } from "#objects/log/standing";
import { earliestStart } from "#objects/earliest-start";
import { touchedBy } from "#objects/quantities";
import { recount } from "#objects/recount";
import type { Recorder } from "#objects/recorder";
import type { Correction, CorrectionResult } from "#objects/usage-calls";

/** Kinds whose totals can always give a sample back. */
const GIVES_BACK = new Set<Aggregation["type"]>(["count", "sum", "avg", "unique_count", "percentile"]);

/** Meters that have to be counted again, each from where. */
type Recounts = Map<Meter, Instant>;

/**
 * Amends and voids events. The log keeps what was sent; the correction stands beside it. Totals that can give a sample back
 * do so; the others are counted again from the log.
 */
export function correct(
  parts: LedgerParts,
  recorder: Recorder,
  corrections: readonly Correction[],
  { now, watch }: { readonly now: Instant; readonly watch: EffectWatch },
): CorrectionResult[] {
  const recounts: Recounts = new Map();
  const sequence = parts.state.tick();
  const results = corrections.map((correction) => correctOne(parts, recorder, correction, { now, watch, recounts, sequence }));
  parts.tally.flush();
  parts.rollups.flush(sequence);
  for (const [meter, from] of recounts) recount(parts, [meter], from);
  parts.facts.flush();
  return results;
}

type Scene = { readonly now: Instant; readonly watch: EffectWatch; readonly recounts: Recounts; readonly sequence: number };

function correctOne(parts: LedgerParts, recorder: Recorder, correction: Correction, scene: Scene): CorrectionResult {
  const found = standingOf(parts, recorder.find(correction.source, correction.id));
  if (found === null) return rejected("event_not_found", "There is no such event in the log: it was never recorded, or is archived.");
  const { standing, row } = found;
  if (standing.status === "voided")
    return correction.kind === "void" ? { status: "unchanged" } : rejected("event_voided", "The event was voided.");
  if (standing.status !== "counted") return rejected("event_not_counted", `The event is ${standing.status} by a backfill.`);
  const next: UsageEvent | null = correction.kind === "void" ? null : { ...standing.event, ...correction.event, timeIsGiven: true };
  if (next !== null && saysTheSame(standing.event, next)) return { status: "unchanged" };
  const refused = next === null ? null : refusalOf(parts, recorder, standing.event, next, scene.now);
  if (refused !== null) return refused;
  if (isSealed(parts, recorder, standing.event) || (next !== null && isSealed(parts, recorder, next)))
    return rejected("range_archived", "The period began before events that are archived; restore them first.");
  discount(parts, recorder, standing, scene);
  // Copies that wait for a backfill to be reverted are the same event.
  for (const copy of [row, ...found.copies])
    parts.corrections.append(copy, standing.event, { event: next, reason: correction.reason, at: scene.now, sequence: scene.sequence });
  if (next === null) return { status: "voided" };
  parts.log.widen(row, next.time);
  countAmended(parts, recorder, { event: next, order: standing.order }, scene);
  return { status: "amended" };
}

/** Of several events with one identity, the one that counts; else the last. */
function standingOf(
  { standing }: LedgerParts,
  found: readonly Found[],
): { standing: StandingEvent; row: number; copies: readonly number[] } | null {
  const all = found.flatMap(({ row, index }) => {
    const order = orderOf(row.sequence, index);
    return [...standing.of(row)].filter((one) => one.order === order).map((one) => ({ standing: one, row: row.sequence }));
  });
  const one = all.find((other) => other.standing.status === "counted") ?? all.at(-1);
  if (one === undefined) return null;
  const copies = found.filter(({ row }) => row.unless !== null && row.sequence !== one.row).map(({ row }) => row.sequence);
  return { ...one, copies };
}

function refusalOf(parts: LedgerParts, recorder: Recorder, old: UsageEvent, next: UsageEvent, now: Instant): CorrectionResult | null {
  if (next.time < parts.state.sealedBefore) return rejected("range_archived", "The events of that time are archived; restore them first.");
  // An event keeps its time however old it is by now; a new time is held to what any event is held to.
  const result = recorder.refusal(next, next.time === old.time ? Math.min(now, Math.max(next.time, 0)) : now);
  return result !== null && result.status === "rejected" ? rejected(result.code, result.detail) : null;
}

/**
 * Whether a total that holds the event would have to be counted again from events that are archived. Totals that can give a
 * sample back need no others.
 */
function isSealed({ state }: LedgerParts, recorder: Recorder, event: UsageEvent): boolean {
  if (earliestStart(state.contract, event.time) >= state.sealedBefore) return false;
  return recorder.read(event).measured.some(({ meter }) => !GIVES_BACK.has(aggregationOf(meter).type));
}

/** Takes an event out of all totals it is in. */
function discount(parts: LedgerParts, recorder: Recorder, { event, order }: StandingEvent, { watch, recounts }: Scene): void {
  const { tally, state, rollups, facts } = parts;
  const attribution = new Attribution(state.contract, tally);
  const { measured, problems } = recorder.read(event);
  for (const { meter, measurement } of measured) {
    const { group, value, text } = measurement;
    const slot = attribution.slotOf(meter, event);
    for (const touched of touchedBy(state.contract, meter, slot)) watch.touch(touched, meter, group, event.time);
    rollups.note(meter.key, event.time);
    const lowest = Math.min(event.time, ...slot.places.map(({ window }) => window.start));
    const sample = { value, text, at: event.time, order };
    const isLevel = aggregationOf(meter).type === "time_weighted";
    if (isLevel || recounts.has(meter) || !attribution.cellsOf(meter, slot, group).every((cell) => cell.remove(sample)))
      recounts.set(meter, Math.min(lowest, recounts.get(meter) ?? Infinity));
  }
  const unmatched = recorder.unmatched(event, problems);
  if (unmatched !== null) facts.unmatched(unmatched, event.type, event.time, -1);
}

/** Counts an amended event, except where its meter is counted again anyway. */
function countAmended(
  parts: LedgerParts,
  recorder: Recorder,
  { event, order }: { readonly event: UsageEvent; readonly order: number },
  { watch, recounts }: Scene,
): void {
  const { tally, state, facts, rollups, seen } = parts;
  const attribution = new Attribution(state.contract, tally);
  const { measured, problems } = recorder.read(event);
  seen.note(event);
  for (const { meter, measurement } of measured) {
    const { group, value, text } = measurement;
    const slot = attribution.slotOf(meter, event);
    for (const touched of touchedBy(state.contract, meter, slot)) watch.touch(touched, meter, group, event.time);
    rollups.note(meter.key, event.time);
    const lowest = Math.min(event.time, ...slot.places.map(({ window }) => window.start));
    if (recounts.has(meter)) recounts.set(meter, Math.min(lowest, recounts.get(meter) ?? Infinity));
    else {
      tally.groups.note(meter.key, group);
      tally.add(meter, attribution.cellsOf(meter, slot, group), group, { value, text, at: event.time, order });
    }
  }
  const unmatched = recorder.unmatched(event, problems);
  if (unmatched !== null) facts.unmatched(unmatched, event.type, event.time);
}

function rejected(code: string, detail: string): CorrectionResult {
  return { status: "rejected", code, detail };
}
