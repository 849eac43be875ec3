import type { Id } from "#domain/ids";
import { ok, refuseField, type Result } from "#domain/result";
import type { Instant } from "#domain/time/instant";

/** A name that usage events carry instead of the customer's, and whose usage it is in a half-open stretch of event time. */
export type Subject = {
  readonly subject: string;
  readonly customerId: Id<"customer">;
  readonly customerKey: string;
  readonly from: Instant;
  /** Exclusive; null while it lasts. */
  readonly to: Instant | null;
  /** Of the subject's stream: one number for all that ever happened to this name. */
  readonly version: number;
};

/** Before anybody had a subject it may be taken from here on, so what was kept of it finds its customer. */
export const BEGINNING: Instant = 0;

type Holder = Pick<Subject, "customerId" | "customerKey">;
export type Assignment = { readonly ended: Subject | null; readonly begun: Subject };

/**
 * Gives a subject to a customer from an instant on. What events of the past did stays: a subject somebody has moves at the
 * earliest at `noticed`, when every way in has heard of it; one that nobody had may be taken from as far back as it was free.
 */
export function assignSubject(
  history: readonly Subject[],
  given: {
    readonly subject: string;
    readonly holder: Holder;
    readonly from: Instant | null;
    readonly noticed: Instant;
    /** Another customer whose key or id the subject is: while nobody has the subject, its events are that customer's. */
    readonly namesake: string | null;
  },
): Result<Assignment, "already_assigned" | "subject_taken"> {
  const { subject, holder, noticed, namesake } = given;
  const last = history.at(-1);
  const begun = (from: Instant): Subject => ({ subject, ...holder, from, to: null, version: (last?.version ?? 0) + 1 });
  if (last === undefined || last.to !== null) {
    const free = namesake === null ? (last?.to ?? BEGINNING) : Math.max(noticed, last?.to ?? BEGINNING);
    const from = given.from ?? free;
    if (from < free) return taken(namesake ?? last?.customerKey ?? subject);
    return ok({ ended: null, begun: begun(from) });
  }
  const from = given.from ?? Math.max(noticed, last.from + 1);
  if (last.customerId === holder.customerId && from >= last.from)
    return refuseField("already_assigned", "/subject", "The customer has this subject already.");
  if (from < noticed || from <= last.from) return taken(last.customerKey);
  const next = begun(from);
  return ok({ ended: { ...last, to: from, version: next.version }, begun: next });
}

/** Takes a subject from its customer; what comes of it afterwards is kept unmatched until somebody has it. */
export function endSubject(
  history: readonly Subject[],
  given: { readonly customer: Id<"customer">; readonly at: Instant | null; readonly noticed: Instant },
): Result<Subject, "not_found" | "out_of_range"> {
  const last = history.at(-1);
  if (last === undefined || last.customerId !== given.customer || last.to !== null)
    return { ok: false, error: { code: "not_found", detail: "The customer has no such subject." } };
  const at = given.at ?? Math.max(given.noticed, last.from);
  if (at < given.noticed || at < last.from)
    return refuseField("out_of_range", "/at", "What was counted already stays: a subject ends now or later, and not before it began.");
  return ok({ ...last, to: at, version: last.version + 1 });
}

/** Whose usage an event of this time is. */
export function subjectAt<Mapping extends Pick<Subject, "from" | "to">>(history: readonly Mapping[], at: Instant): Mapping | null {
  return history.find(({ from, to }) => from <= at && (to === null || at < to)) ?? null;
}

function taken(holder: string): ReturnType<typeof refuseField<"subject_taken">> {
  return refuseField("subject_taken", "/from", `Until then its events are ${holder}'s, and what was counted stays.`);
}
