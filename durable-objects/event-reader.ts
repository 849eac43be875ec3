import type { Filter, Meter } from "#domain/catalog/meter";
import { matches } from "#domain/metering/filter";
import { groupValues } from "#domain/metering/group";
import type { UsageEvent } from "#domain/metering/usage-event";
import { decimalText } from "#domain/money/decimal";
import { contains } from "#domain/time/period";
import { Attribution } from "#objects/attribution";
import type { LedgerParts } from "#objects/ledger-parts";
import type { LogRow } from "#objects/log/event-log";
import { orderOf, type StandingEvent } from "#objects/log/standing";
import type { Recorder } from "#objects/recorder";
import type { EventTrace, ListEventsCall, LoggedEvent } from "#objects/usage-calls";

/** Rows one call looks through: a rare filter is answered in several pages, never in one long call. */
const ROWS_A_CALL = 400;

/** Events newest first, from where the cursor stands. */
export function listEvents(
  parts: LedgerParts,
  recorder: Recorder,
  { range, types, statuses, filters, cursor, limit }: ListEventsCall,
): { events: LoggedEvent[]; cursor: string | null } {
  const before = cursor === null ? Infinity : Number(cursor);
  const events: LoggedEvent[] = [];
  let [looked, last] = [0, 0];
  // The row the cursor stands in is read once more, for what is left of it.
  for (const row of parts.log.backwards(rowOf(before) + 1, range?.start ?? -Infinity, range?.end ?? Infinity)) {
    for (const standing of [...parts.standing.of(row)].toReversed()) {
      if (standing.order >= before || (range !== null && !contains(range, standing.event.time))) continue;
      if (!isWanted(standing.event, types, filters)) continue;
      const logged = loggedEvent(recorder, row, standing);
      if (statuses !== null && !statuses.includes(logged.status)) continue;
      if (events.length === limit) return { events, cursor: String(last) };
      events.push(logged);
      last = standing.order;
    }
    looked += 1;
    if (looked === ROWS_A_CALL) return { events, cursor: String(orderOf(row.sequence, 0)) };
  }
  return { events, cursor: null };
}

/** One event with its history and with what it did. */
export function findEvent(
  parts: LedgerParts,
  recorder: Recorder,
  { id, source }: { readonly id: string; readonly source: string | null },
): { trace: EventTrace | null; ambiguous: boolean } {
  const found = source === null ? anySource(parts, id) : recorder.find(source, id);
  const sources = new Set(found.map(({ event }) => event.source));
  if (sources.size > 1) return { trace: null, ambiguous: true };
  const traces = found.map(({ row, index }) => traceOf(parts, recorder, row, index));
  return { trace: traces.find(({ status }) => status === "counted" || status === "unmatched") ?? traces.at(-1) ?? null, ambiguous: false };
}

function anySource(parts: LedgerParts, id: string): { row: LogRow; index: number; event: UsageEvent }[] {
  const found: { row: LogRow; index: number; event: UsageEvent }[] = [];
  for (const row of parts.log.between(-Infinity, Infinity)) {
    for (const [index, event] of row.events.entries()) if (event.id === id) found.push({ row, index, event });
  }
  return found;
}

function traceOf(parts: LedgerParts, recorder: Recorder, row: LogRow, index: number): EventTrace {
  const order = orderOf(row.sequence, index);
  const original = row.events[index] as UsageEvent;
  const standing = [...parts.standing.of(row)].find((one) => one.order === order) as StandingEvent;
  const corrections = parts.corrections.historyOf(row.sequence, original.source, original.id);
  const logged = loggedEvent(recorder, row, standing);
  const { measured, problems } = recorder.read(standing.event);
  return {
    ...logged,
    history: [
      { at: row.receivedAt, action: "received", event: original, reason: null },
      ...corrections.map(({ at, event, reason }) => ({
        at,
        action: event === null ? ("voided" as const) : ("amended" as const),
        event,
        reason,
      })),
    ],
    counted: standing.status === "counted" ? measured.map((one) => countedIn(parts, standing.event, one)) : [],
    problems,
  };
}

function countedIn(
  { state, tally, frozen }: LedgerParts,
  event: UsageEvent,
  { meter, measurement }: ReturnType<Recorder["read"]>["measured"][number],
): EventTrace["counted"][number] {
  const { billed } = new Attribution(state.contract, tally).slotOf(meter, event);
  return {
    meter: meter.key,
    group: groupOfMeter(meter, measurement.group),
    value: measurement.text === "" ? decimalText(measurement.value) : measurement.text,
    subscription: billed?.subscription.id ?? null,
    window: billed?.window ?? null,
    invoice: billed === null ? null : (frozen.find(billed.subscription.id, meter.key, billed.window.start)?.invoice ?? null),
  };
}

export function groupOfMeter(meter: Meter, group: string): Record<string, string | null> {
  return group === "" ? {} : groupValues([...new Set(meter.definitions.flatMap(({ dimensions }) => dimensions))], group);
}

function loggedEvent(recorder: Recorder, { receivedAt, backfill }: LogRow, { event, status, amended }: StandingEvent): LoggedEvent {
  const unmatched = status === "counted" ? recorder.unmatched(event, recorder.read(event).problems) : null;
  return {
    event,
    receivedAt,
    status: unmatched === null ? status : "unmatched",
    unmatched,
    amended,
    backfill: backfill as LoggedEvent["backfill"],
  };
}

function isWanted(event: UsageEvent, types: readonly string[] | null, filters: readonly Filter[]): boolean {
  return (types === null || types.includes(event.type)) && matches(filters, event.properties);
}

function rowOf(order: number): number {
  return Number.isFinite(order) ? Math.floor(order / orderOf(1, 0)) : Number.MAX_SAFE_INTEGER - 1;
}
