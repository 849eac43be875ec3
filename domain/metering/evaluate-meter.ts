import type { Meter } from "#domain/catalog/meter";
import { aggregate } from "#domain/metering/aggregate";
import { groupValues } from "#domain/metering/group";
import { measure } from "#domain/metering/measure";
import type { Group } from "#domain/metering/measurement";
import type { UsageEvent } from "#domain/metering/usage-event";
import type { Decimal } from "#domain/money/decimal";
import type { Refusal } from "#domain/result";
import type { Period } from "#domain/time/period";
import type { Zone } from "#domain/time/zone";

type Values = Readonly<Record<string, string | null>>;

/** What one event says to the meter: a value in a group, nothing, or a problem. */
export type EvaluatedEvent =
  | { readonly status: "counted"; readonly group: Values; readonly value: Decimal; readonly text: string }
  | { readonly status: "not_counted" }
  | { readonly status: "problem"; readonly problem: Refusal };

export type Evaluation = {
  readonly events: readonly EvaluatedEvent[];
  readonly groups: readonly { readonly group: Values; readonly value: Decimal | null }[];
  readonly total: Decimal | null;
};

/** What a meter would make of some events in a window, and of each of them. */
export function evaluateMeter(meter: Meter, events: readonly UsageEvent[], window: Period, zone: Zone): Evaluation {
  const { dimensions } = meter.definitions[0];
  const groups = new Set<Group>();
  const evaluated = events.map((event): EvaluatedEvent => {
    const measured = measure(meter, event);
    if (!measured.ok) return { status: "problem", problem: measured.error };
    if (measured.value === null) return { status: "not_counted" };
    const { group, value, text } = measured.value;
    groups.add(group);
    return { status: "counted", group: groupValues(dimensions, group), value, text };
  });
  const scope = { reading: { window, until: window.end }, zone };
  return {
    events: evaluated,
    groups: [...groups].map((group) => ({ group: groupValues(dimensions, group), value: aggregate(meter, events, { ...scope, group }) })),
    total: aggregate(meter, events, scope),
  };
}
