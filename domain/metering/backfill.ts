import type { Id } from "#domain/ids";
import type { UsageEvent } from "#domain/metering/usage-event";
import { ok, refuse, refuseField, type Result } from "#domain/result";
import type { Instant } from "#domain/time/instant";
import { contains, type Period } from "#domain/time/period";

type BackfillFacts = {
  readonly id: Id<"backfill">;
  readonly range: Period;
  /** Null is every type. */
  readonly types: readonly string[] | null;
  /** Keys; null is every customer. */
  readonly customers: readonly string[] | null;
  /** `replace` takes out what was counted in the range before; `add` only adds. */
  readonly mode: "replace" | "add";
  readonly openedAt: Instant;
  readonly version: number;
};

/**
 * How far the ledgers have been gone through: first the environment's customers by id, where a backfill replaces everybody's
 * usage, then those with loaded events by key.
 */
export type BackfillPlace = { readonly stage: "customers" | "loaded"; readonly after: string };

/**
 * Usage of the past, loaded unseen and put in force at once. `closing` and `reverting` last until every customer's ledger has
 * done it; `place` is how far that has come, so a call that breaks off is gone on with by the same call.
 */
export type Backfill = BackfillFacts &
  (
    | { readonly status: "open" }
    | { readonly status: "closing"; readonly place: BackfillPlace }
    | { readonly status: "closed"; readonly closedAt: Instant }
    | { readonly status: "reverting"; readonly closedAt: Instant | null; readonly place: BackfillPlace }
    | { readonly status: "reverted"; readonly closedAt: Instant | null; readonly revertedAt: Instant }
  );

export type ClosingBackfill = Extract<Backfill, { status: "closing" }>;
export type RevertingBackfill = Extract<Backfill, { status: "reverting" }>;

export const FIRST_LOADED: BackfillPlace = { stage: "loaded", after: "" };

/** Whether closing it concerns customers for whom nothing was loaded. */
export function concernsEverybody({ mode, customers }: Pick<Backfill, "mode" | "customers">): boolean {
  return mode === "replace" && customers === null;
}

export function firstPlace(backfill: Pick<Backfill, "mode" | "customers">): BackfillPlace {
  return concernsEverybody(backfill) ? { stage: "customers", after: "" } : FIRST_LOADED;
}

export function openBackfill(
  facts: Omit<BackfillFacts, "openedAt" | "version">,
  now: Instant,
): Result<Backfill & { status: "open" }, "invalid_range" | "range_in_future"> {
  if (facts.range.start >= facts.range.end) return refuseField("invalid_range", "/to", "to comes after from.");
  if (facts.range.end > now) return refuseField("range_in_future", "/to", "A backfill ends by now; newer events come through /v1/events.");
  return ok({ ...facts, status: "open", openedAt: now, version: 1 });
}

/** Why a backfill cannot take an event, or null. */
export function outsideBackfill(
  { range, types, customers }: BackfillFacts,
  event: UsageEvent,
  customer: string,
): { readonly code: "outside_backfill"; readonly detail: string } | null {
  const outside = (detail: string) => ({ code: "outside_backfill" as const, detail });
  if (!contains(range, event.time)) return outside("The event lies outside the range of the backfill.");
  if (types !== null && !types.includes(event.type)) return outside("The backfill does not take this type.");
  if (customers !== null && !customers.includes(customer)) return outside("The backfill does not take this customer.");
  return null;
}

export function startClosing(backfill: Backfill): Result<ClosingBackfill, "backfill_not_open"> {
  if (backfill.status !== "open") return refuse("backfill_not_open", `The backfill is ${backfill.status}.`);
  return ok({ ...backfill, status: "closing", place: firstPlace(backfill), version: backfill.version + 1 });
}

export function finishClosing(backfill: ClosingBackfill, now: Instant): Backfill & { status: "closed" } {
  const { place: _, ...facts } = backfill;
  return { ...facts, status: "closed", closedAt: now, version: backfill.version + 1 };
}

/** An open backfill is given up by it; a closing one is taken back as far as it came. */
export function startReverting(backfill: Backfill): Result<RevertingBackfill, "already_reverted"> {
  if (backfill.status === "reverted" || backfill.status === "reverting")
    return refuse("already_reverted", `The backfill is ${backfill.status}.`);
  const closedAt = backfill.status === "closed" ? backfill.closedAt : null;
  return ok({ ...backfill, status: "reverting", closedAt, place: FIRST_LOADED, version: backfill.version + 1 });
}

export function finishReverting(backfill: RevertingBackfill, now: Instant): Backfill & { status: "reverted" } {
  const { place: _, ...facts } = backfill;
  return { ...facts, status: "reverted", revertedAt: now, version: backfill.version + 1 };
}
