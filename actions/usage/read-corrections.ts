import type { Context } from "#actions/context";
import { eachAtOnce } from "#actions/usage/at-once";
import { callLedger } from "#actions/usage/call-ledger";
import type { UsageEvent } from "#domain/metering/usage-event";
import { validateEvent } from "#domain/metering/validate-event";
import { formatInstant } from "#domain/time/instant";
import type { Correction, EventTrace } from "#objects/usage-calls";

/** A correction as it is asked for: what is left out stays as the event has it; `subscription` null takes it away. */
export type AskedCorrection = {
  readonly id: string;
  /** Null: the only event with this id, whoever sent it. */
  readonly source: string | null;
  readonly reason: string | null;
} & (
  | { readonly kind: "void" }
  | {
      readonly kind: "amend";
      readonly type: string | null;
      readonly time: string | null;
      readonly subscription?: string | null;
      readonly properties: UsageEvent["properties"];
    }
);

/** A correction as the ledger takes it, or why it cannot be made. */
export type Asked =
  | { readonly ok: true; readonly correction: Correction }
  | { readonly ok: false; readonly source: string | null; readonly id: string; readonly code: string; readonly detail: string };

/** To find an event by its id alone, a ledger has to look through its whole log. */
const LOOKS_MAX = 20;

/** Completes corrections from the events they are about; those that say everything need no look. */
export async function readCorrections(context: Context, key: string, asked: readonly AskedCorrection[]): Promise<Asked[]> {
  let looks = 0;
  return eachAtOnce(asked, async (one): Promise<Asked> => {
    if (one.kind === "void" && one.source !== null) return { ok: true, correction: { ...one, source: one.source } };
    const { id } = one;
    const find = (source: string | null) =>
      callLedger(context, context.ledgers(key), (ledger, given) => ledger.findEvent({ ...given, id, source }));
    const own = await find(one.source ?? context.actor.id);
    if (own.trace !== null) return complete(one, key, own.trace, context.clock.now());
    if (one.source !== null) return refused(one, "event_not_found", "There is no such event.");
    looks += 1;
    if (looks > LOOKS_MAX)
      return refused(one, "source_required", `Only ${LOOKS_MAX} events of a call are looked for without their source.`);
    const any = await find(null);
    if (any.ambiguous) return refused(one, "ambiguous_source", "Several sources have sent an event with this id: name the source.");
    return any.trace === null
      ? refused(one, "event_not_found", "There is no such event.")
      : complete(one, key, any.trace, context.clock.now());
  });
}

function complete(asked: AskedCorrection, key: string, { event }: EventTrace, now: number): Asked {
  const { id, reason } = asked;
  const { source } = event;
  if (asked.kind === "void") return { ok: true, correction: { id, source, reason, kind: "void" } };
  const subscription = asked.subscription === undefined ? event.subscription : asked.subscription;
  const read = validateEvent(
    {
      id,
      source,
      customer: key,
      type: asked.type ?? event.type,
      time: asked.time ?? formatInstant(event.time),
      properties: asked.properties,
      ...(subscription === null ? {} : { subscription }),
    },
    { source, now },
  );
  if (!read.ok) return refused(asked, read.error.code, read.error.detail);
  const { type, time, properties } = read.value.event;
  return {
    ok: true,
    correction: { id, source, reason, kind: "amend", event: { type, time, subscription: read.value.event.subscription, properties } },
  };
}

function refused({ source, id }: AskedCorrection, code: string, detail: string): Asked {
  return { ok: false, source, id, code, detail };
}
