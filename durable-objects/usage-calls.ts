import type { Filter } from "#domain/catalog/meter";
import type { Id } from "#domain/ids";
import type { WindowUnit } from "#domain/metering/query-window";
import type { UsageEvent } from "#domain/metering/usage-event";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";
import type { Zone } from "#domain/time/zone";
import type { Call, CatalogNeeded } from "#objects/calls";

/** Why an event that is kept is not counted in full: nobody knows its customer or its type, or a meter cannot read its value. */
export type Unmatched = "customer" | "type" | "value";

/** What changing usage does to one usage window of one meter. `invoice` issued the window already; then the next bill corrects it. */
export type UsageEffect = {
  readonly subscription: Id<"subscription">;
  readonly meter: string;
  readonly window: Period;
  readonly before: string;
  readonly after: string;
  readonly invoice: Id<"invoice"> | null;
};

/** An event as it stands in the log. Superseded: a closed backfill replaced it. Staged: its backfill is still open. */
export type LoggedEvent = {
  readonly event: UsageEvent;
  readonly receivedAt: Instant;
  readonly status: "counted" | "unmatched" | "voided" | "superseded" | "staged" | "reverted";
  readonly unmatched: Unmatched | null;
  readonly amended: boolean;
  readonly backfill: Id<"backfill"> | null;
};

/** What an event did, and all that happened to it. */
export type EventTrace = LoggedEvent & {
  readonly history: readonly {
    readonly at: Instant;
    readonly action: "received" | "amended" | "voided";
    readonly event: UsageEvent | null;
    readonly reason: string | null;
  }[];
  readonly counted: readonly {
    readonly meter: string;
    readonly group: Readonly<Record<string, string | null>>;
    readonly value: string;
    readonly subscription: Id<"subscription"> | null;
    readonly window: Period | null;
    readonly invoice: Id<"invoice"> | null;
  }[];
  readonly problems: readonly { readonly meter: string; readonly code: string; readonly detail: string }[];
};

/** Newest first. `cursor` is what the last answer gave. */
export type ListEventsCall = Call & {
  readonly range: Period | null;
  readonly types: readonly string[] | null;
  readonly statuses: readonly LoggedEvent["status"][] | null;
  readonly filters: readonly Filter[];
  readonly cursor: string | null;
  readonly limit: number;
};
export type ListEventsAnswer =
  | CatalogNeeded
  | { readonly kind: "events"; readonly events: readonly LoggedEvent[]; readonly cursor: string | null };

/** `source` null finds the event when only one source has this id. */
export type FindEventCall = Call & { readonly id: string; readonly source: string | null };
export type FindEventAnswer = CatalogNeeded | { readonly kind: "event"; readonly trace: EventTrace | null; readonly ambiguous: boolean };

export type Correction = { readonly source: string; readonly id: string; readonly reason: string | null } & (
  | { readonly kind: "void" }
  | { readonly kind: "amend"; readonly event: Pick<UsageEvent, "type" | "time" | "subscription" | "properties"> }
);
export type CorrectionResult =
  | { readonly status: "voided" | "amended" | "unchanged" }
  | { readonly status: "rejected"; readonly code: string; readonly detail: string };
/** A preview does all of it and takes it back. */
export type CorrectCall = Call & { readonly corrections: readonly Correction[]; readonly preview: boolean };
export type CorrectAnswer =
  | CatalogNeeded
  | {
      readonly kind: "corrected";
      readonly results: readonly CorrectionResult[];
      readonly effects: readonly UsageEffect[];
      readonly factsWaiting: boolean;
    };

/** `replace` takes out what was counted in the range before; `types` null means every type. */
export type BackfillSpec = {
  readonly id: Id<"backfill">;
  readonly range: Period;
  readonly types: readonly string[] | null;
  readonly mode: "replace" | "add";
};
export type CloseBackfillCall = Call & { readonly backfill: BackfillSpec; readonly preview: boolean };
export type RevertBackfillCall = Call & { readonly backfill: Id<"backfill">; readonly preview: boolean };
export type BackfillAnswer =
  | CatalogNeeded
  | {
      readonly kind: "backfilled";
      readonly added: number;
      readonly superseded: number;
      readonly effects: readonly UsageEffect[];
      readonly factsWaiting: boolean;
    }
  | { readonly kind: "refused"; readonly code: "backfill_invoiced" | "range_archived"; readonly detail: string };

/** `range` null is all there ever was, cut to whole minutes. `groupBy` names dimensions. Only windows with data are answered. */
export type MeterQueryCall = Call & {
  readonly meter: string;
  readonly range: Period | null;
  readonly unit: WindowUnit | null;
  readonly zone: Zone;
  readonly groupBy: readonly string[];
  readonly filters: readonly Filter[];
};
/** `state` can be merged with those of other customers (`Algebra.merge`); null for kinds that cannot. `exact` false: past a declared cap. */
export type MeterRow = {
  readonly window: Period;
  readonly group: Readonly<Record<string, string | null>>;
  readonly value: string;
  readonly state: string | null;
  readonly exact: boolean;
};
export type MeterQueryAnswer =
  | CatalogNeeded
  | { readonly kind: "rows"; readonly rows: readonly MeterRow[] }
  | {
      readonly kind: "refused";
      readonly code: "range_archived" | "unknown_meter" | "unknown_dimension" | "too_many_rows";
      readonly detail: string;
    };

/**
 * An hour of one meter and group that changed since D1 last heard: absolute, so a repeat changes nothing. `{}` is the total
 * of all groups. All groups an hour has come together and replace what was told of that hour at the same version or before.
 */
export type HourRollup = {
  readonly meter: string;
  readonly group: Readonly<Record<string, string | null>>;
  readonly hour: Instant;
  readonly state: string;
  readonly version: number;
};

/** A month of receipt in the log. `ready`: nothing in it can change any more, so it may be archived. */
export type LogMonth = {
  readonly month: string;
  readonly state: "open" | "ready" | "archived" | "restored";
  readonly events: number;
  readonly bytes: number;
};
export type ArchivePage = { readonly lines: readonly string[]; readonly next: number | null };
export type ArchiveTotals = { readonly events: number; readonly sums: Readonly<Record<string, string>> };

/** What D1 has taken of `dirtyRollups`; an hour that changed again meanwhile stays dirty. */
export type SettledHour = { readonly meter: string; readonly hour: Instant; readonly version: number };

/** How many combinations of dimension values a meter has had of this customer, and how many it may have. */
export type GroupCount = { readonly meter: string; readonly groups: number; readonly most: number };
