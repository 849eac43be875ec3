import type { Context } from "#actions/context";
import type { Meter } from "#domain/catalog/meter";
import { type EvaluatedEvent, evaluateMeter as evaluate, type Evaluation } from "#domain/metering/evaluate-meter";
import type { JsonValue, UsageEvent } from "#domain/metering/usage-event";
import { validateEvent } from "#domain/metering/validate-event";
import { type DefinitionTerms, validateDefinition } from "#domain/metering/validate-meter";
import { present } from "#domain/assert";
import { ok, refuse, refuseField, type Result } from "#domain/result";
import type { Instant } from "#domain/time/instant";
import { UTC, type Zone } from "#domain/time/zone";

export type EvaluateMeter = {
  readonly definition: DefinitionTerms & { readonly eventType: string };
  readonly events: readonly { readonly [field: string]: JsonValue }[];
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly zone: Zone | null;
};

/** What a meter that does not exist would make of some events: nothing is stored, and nothing stored is looked at. */
export function evaluateMeter(context: Context, { definition, events, from, to, zone }: EvaluateMeter): Result<Evaluation> {
  const { eventType, ...terms } = definition;
  const valid = validateDefinition(terms);
  if (!valid.ok) {
    const errors = (valid.error.errors ?? []).map((problem) => ({ ...problem, path: `/definition${problem.path}` }));
    return refuse(valid.error.code, valid.error.detail, errors);
  }
  const now = context.clock.now();
  const read = events.map((event, index) =>
    validateEvent({ id: String(index), customer: "evaluated", type: eventType, ...event }, { source: "evaluated", now }),
  );
  const good = read.flatMap((event) => (event.ok ? [event.value.event] : []));
  const times = good.map(({ time }) => time);
  const window = { start: from ?? Math.min(now, ...times), end: to ?? Math.max(now, ...times.map((time) => time + 1)) };
  if (window.start > window.end) return refuseField("invalid_range", "/to", "to comes after from.");
  const evaluation = evaluate(meterOf(context, eventType, valid.value), good, window, zone ?? UTC);
  const left = [...evaluation.events];
  const all = read.map((event): EvaluatedEvent =>
    event.ok ? present(left.shift(), "evaluated event") : { status: "problem", problem: event.error },
  );
  return ok({ ...evaluation, events: all });
}

function meterOf(context: Context, eventType: UsageEvent["type"], terms: DefinitionTerms): Meter {
  const facts = { unit: null, displayScale: null, late: "correct", archivedAt: null, version: 1 } as const;
  return { ...facts, id: context.ids.next("meter"), key: "evaluated", name: "evaluated", eventType, definitions: [{ ...terms, from: 0 }] };
}
