import type { Meter } from "#domain/catalog/meter";
import type { UsageEvent } from "#domain/metering/usage-event";
import type { Instant } from "#domain/time/instant";
import { Attribution } from "#objects/attribution";
import { earliestStart } from "#objects/earliest-start";
import type { EffectWatch } from "#objects/effect-watch";
import type { LedgerParts } from "#objects/ledger-parts";
import { covers, type Filled } from "#objects/log/backfills";
import { recount } from "#objects/recount";
import type { Recorder } from "#objects/recorder";
import type { BackfillSpec } from "#objects/usage-calls";

export type BackfillRefusal = { readonly code: "backfill_invoiced" | "range_archived"; readonly detail: string };

type Scene = { readonly now: Instant; readonly watch: EffectWatch };

/** Makes staged events count, and with `replace` takes out what was counted in their place. Again: the same answer, nothing more. */
export function closeBackfill(parts: LedgerParts, recorder: Recorder, spec: BackfillSpec, scene: Scene): Filled | BackfillRefusal {
  const { backfills, state, log } = parts;
  const held = backfills.find(spec.id) ?? { ...spec, state: "open" as const, closedAtSequence: 0, filled: null };
  if (held.state !== "open") return held.filled ?? { added: 0, superseded: 0 };
  if (
    earliestStart(state.contract, held.range.start) < state.sealedBefore &&
    (held.mode === "replace" || [...log.staged(held.id)].length > 0)
  )
    return { code: "range_archived", detail: "The events of that time are archived; restore them first." };
  if (held.mode === "add") voidRepeats(parts, recorder, spec, scene.now);
  const before = standingInRange(parts, held);
  const meters = metersOf(parts, held.types);
  const from = earliestStart(state.contract, held.range.start);
  watchAll(parts, scene.watch, meters, held, from);
  const closedAtSequence = state.tick();
  backfills.save({ ...held, state: "closed", closedAtSequence });
  recount(parts, meters, from);
  const after = standingInRange(parts, held);
  const filled = { added: after.own, superseded: before.others - after.others };
  backfills.save({ ...held, state: "closed", closedAtSequence, filled });
  tellUnmatched(parts, recorder, held, 1);
  return filled;
}

/** Puts everything back as it was, unless an invoice was issued with it meanwhile. An open one is discarded. */
export function revertBackfill(parts: LedgerParts, recorder: Recorder, id: string, scene: Scene): Filled | BackfillRefusal {
  const { backfills, state, frozen } = parts;
  const held = backfills.find(id);
  if (held === null || held.state === "reverted") return { added: 0, superseded: 0 };
  if (held.state === "open") {
    backfills.save({ ...held, state: "reverted" });
    return { added: 0, superseded: 0 };
  }
  const reach = reachOf(parts, held);
  if (reach.start < state.sealedBefore)
    return { code: "range_archived", detail: "The events of that time are archived; restore them first." };
  const before = standingInRange(parts, held);
  const meters = metersOf(parts, reach.types);
  const from = earliestStart(state.contract, reach.start);
  watchAll(parts, scene.watch, meters, held, from);
  tellUnmatched(parts, recorder, held, -1);
  backfills.save({ ...held, state: "reverted" });
  state.tick();
  recount(parts, meters, from);
  const invoiced = scene.watch
    .effects()
    .find(({ subscription, meter, window }) => (frozen.find(subscription, meter, window.start)?.sequence ?? -1) >= held.closedAtSequence);
  if (invoiced !== undefined)
    return { code: "backfill_invoiced", detail: `Invoice ${invoiced.invoice} was issued with it; correct the events instead.` };
  const after = standingInRange(parts, held);
  return { added: before.own, superseded: after.others - before.others };
}

/**
 * Where and in what types a closed backfill counts. Its events may have been amended to another time and type, and the events
 * it stands for may be of any.
 */
function reachOf({ log, standing }: LedgerParts, { id, range, types }: BackfillSpec): Pick<BackfillSpec, "types"> & { start: Instant } {
  let { start } = range;
  const others = new Set<string>();
  for (const row of log.decidedBy(id)) {
    for (const { event } of standing.of(row)) {
      start = Math.min(start, event.time);
      others.add(event.type);
    }
  }
  return { start, types: types && [...types, ...others] };
}

function metersOf({ state }: LedgerParts, types: BackfillSpec["types"]): Meter[] {
  return (state.catalog?.meters ?? []).filter(({ eventType }) => types === null || types.includes(eventType));
}

/** Events counted in a backfill's range: its own, and the others of its types. */
function standingInRange({ log, standing }: LedgerParts, backfill: BackfillSpec): { own: number; others: number } {
  const counted = { own: 0, others: 0 };
  for (const row of log.between(backfill.range.start, backfill.range.end)) {
    for (const { event } of standing.counted(row, backfill.range.start, backfill.range.end)) {
      if (row.backfill === backfill.id) counted.own += 1;
      else if (covers(backfill, event)) counted.others += 1;
    }
  }
  return counted;
}

/** What was recorded by itself since it was staged stays; the staged copy is voided. */
function voidRepeats({ corrections, log, backfills, state }: LedgerParts, recorder: Recorder, spec: BackfillSpec, now: Instant): void {
  for (const row of log.staged(spec.id)) {
    const corrected = corrections.ofRow(row.sequence);
    for (const event of row.events) {
      if (corrected?.has(`${event.source}\n${event.id}`)) continue;
      const others = recorder.find(event.source, event.id).filter((found) => found.row.sequence !== row.sequence);
      if (others.some((found) => backfills.statusOf(found.row) === "counted"))
        corrections.append(row.sequence, event, { event: null, reason: "recorded already", at: now, sequence: state.position.sequence });
    }
  }
}

function watchAll(parts: LedgerParts, watch: EffectWatch, meters: readonly Meter[], spec: BackfillSpec, from: Instant): void {
  watch.touchFrom(meters, from);
  const attribution = new Attribution(parts.state.contract, parts.tally);
  for (const event of alteredBy(parts, spec)) {
    for (const meter of meters) {
      const { billed } = meter.eventType === event.type ? attribution.slotOf(meter, event) : { billed: null };
      if (billed !== null) watch.touch(billed.subscription, meter, null, event.time);
    }
  }
}

/** The events that a backfill lets count or keeps from counting; some twice. */
function* alteredBy({ log, standing }: LedgerParts, spec: BackfillSpec): Generator<UsageEvent> {
  for (const row of log.between(spec.range.start, spec.range.end)) {
    for (const { event } of standing.of(row)) if (covers(spec, event)) yield event;
  }
  for (const row of log.decidedBy(spec.id)) {
    for (const { event } of standing.of(row)) if (!covers(spec, event)) yield event;
  }
}

/** What a backfill holds that no meter can read is told when it begins to stand there, and taken back with it. */
function tellUnmatched({ log, standing, facts }: LedgerParts, recorder: Recorder, { id }: BackfillSpec, count: 1 | -1): void {
  for (const row of log.staged(id))
    for (const { event, status } of standing.of(row)) {
      const unmatched = status === "counted" ? recorder.unmatched(event, recorder.read(event).problems) : null;
      if (unmatched !== null) facts.unmatched(unmatched, event.type, event.time, count);
    }
}
