import type { Context } from "#actions/context";
import { eachAtOnce } from "#actions/usage/at-once";
import { callLedger } from "#actions/usage/call-ledger";
import { resolveAddresses } from "#actions/usage/resolve-subjects";
import { settleLedgerFacts } from "#actions/usage/settle-ledger-facts";
import { present } from "#domain/assert";
import type { UsageEvent } from "#domain/metering/usage-event";
import type { AddressedEvent } from "#domain/metering/validate-event";
import type { EventResult } from "#objects/calls";
import type { BackfillSpec, UsageEffect } from "#objects/usage-calls";

export type RecordedResult = EventResult | { readonly status: "unavailable" };

export type RecordUsage = {
  readonly events: readonly AddressedEvent[];
  /** Stages the events under it instead of counting them. */
  readonly backfill?: BackfillSpec;
};

export type RecordedUsage = {
  /** In the order of the events. */
  readonly results: readonly RecordedResult[];
  /** Of a preview: what the events would change. */
  readonly effects: readonly UsageEffect[];
};

/**
 * Records events in their customers' ledgers, one call each. A ledger that cannot be reached makes its own events
 * `unavailable` (the sender repeats them; what was counted already is a duplicate then) and no others.
 */
export async function recordUsage(context: Context, input: RecordUsage): Promise<RecordedUsage> {
  const results: RecordedResult[] = Array.from({ length: input.events.length });
  const keys = await resolveAddresses(context, input.events);
  const places = Map.groupBy(input.events.keys(), (index) => keys[index] ?? null);
  const answers = await eachAtOnce([...places], async ([key, indexes]) => {
    if (key === null) {
      for (const index of indexes) results[index] = { status: "unavailable" };
      return [];
    }
    const events = indexes.map((index) => present(input.events[index], "event").event);
    const recorded = await recordFor(context, key, events, input.backfill);
    for (const [i, index] of indexes.entries()) results[index] = present(recorded.results[i], "result of an event");
    return recorded.effects;
  });
  return { results, effects: answers.flat() };
}

async function recordFor(
  context: Context,
  key: string,
  events: readonly UsageEvent[],
  backfill: BackfillSpec | undefined,
): Promise<RecordedUsage> {
  try {
    const answer = await callLedger(context, context.ledgers(key), (ledger, given) =>
      ledger.record({ ...given, events, ...(backfill === undefined ? {} : { backfill }), ...(context.preview ? { preview: true } : {}) }),
    );
    if (answer.factsWaiting && !context.preview) await hearFacts(context, key);
    return { results: answer.results, effects: answer.effects ?? [] };
  } catch (error) {
    context.report("ledger_unavailable", error);
    return { results: events.map(() => ({ status: "unavailable" })), effects: [] };
  }
}

/** The events are recorded whatever comes of this; what is not heard now the ledger's alarm tells again. */
async function hearFacts(context: Context, key: string): Promise<void> {
  try {
    await settleLedgerFacts(context, { customerKey: key });
  } catch (error) {
    context.report("ledger_facts_left_to_alarm", error);
  }
}
