import type { Context } from "#actions/context";
import { callLedger } from "#actions/usage/call-ledger";
import { resolveAddresses } from "#actions/usage/resolve-subjects";
import { settleLedgerFacts } from "#actions/usage/settle-ledger-facts";
import { present } from "#domain/assert";
import type { AddressedEvent } from "#domain/metering/validate-event";
import type { EventResult } from "#objects/calls";

export type RecordedResult = EventResult | { readonly status: "unavailable" };

/** Ledgers called at the same moment: a Worker may hold six connections open. */
const AT_ONCE = 6;

/**
 * Records events in their customers' ledgers, one call each. A ledger that cannot be reached makes its own events
 * `unavailable` (the sender repeats them; what was counted already is a duplicate then) and no others.
 */
export async function recordUsage(context: Context, input: { readonly events: readonly AddressedEvent[] }): Promise<RecordedResult[]> {
  const places = new Map<string, number[]>();
  const results: RecordedResult[] = Array.from({ length: input.events.length });
  for (const [index, key] of (await resolveAddresses(context, input.events)).entries()) {
    if (key === null) {
      results[index] = { status: "unavailable" };
      continue;
    }
    const known = places.get(key);
    if (known === undefined) places.set(key, [index]);
    else known.push(index);
  }
  const waiting = [...places];
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [key, indexes] = next;
      const answers = await recordFor(context, key, indexes, input.events);
      for (const [i, index] of indexes.entries()) results[index] = present(answers[i], "result of an event");
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, work));
  return results;
}

async function recordFor(
  context: Context,
  key: string,
  indexes: readonly number[],
  all: readonly AddressedEvent[],
): Promise<readonly RecordedResult[]> {
  const events = indexes.map((index) => present(all[index], "event").event);
  try {
    const answer = await callLedger(context, context.ledgers(key), (ledger, given) => ledger.record({ ...given, events }));
    if (answer.factsWaiting) await hearFacts(context, key);
    return answer.results;
  } catch (error) {
    context.report("ledger_unavailable", error);
    return events.map(() => ({ status: "unavailable" }));
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
