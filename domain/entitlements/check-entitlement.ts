import { compare, type Decimal, decimal, decimalText, maximum, subtract, add, ZERO } from "#domain/money/decimal";
import type { Instant } from "#domain/time/instant";
import type { Period } from "#domain/time/period";

/** What a customer has of one feature now. `limit` and `remaining` are null when unlimited; quantities are decimal texts. */
export type EntitlementState = {
  readonly feature: string;
  readonly type: "boolean" | "static" | "metered";
  readonly value: boolean | string | null;
  readonly unit: string | null;
  readonly limit: string | null;
  readonly used: string;
  readonly remaining: string | null;
  readonly overage: string;
  readonly soft: boolean;
  /** The window `used` counts in; its end is when the limit frees. Null where nothing is counted. */
  readonly window: Period | null;
};

export type CheckDecision = EntitlementState & {
  readonly allowed: boolean;
  readonly code: null | "feature_unknown" | "not_entitled" | "limit_reached";
  readonly retryAt: Instant | null;
  readonly asOf: Instant;
};

/** The state of a metered feature from what was used of its limit. */
export function meteredState(
  given: Pick<EntitlementState, "feature" | "unit" | "soft" | "window"> & { readonly limit: Decimal | null; readonly used: Decimal },
): EntitlementState {
  const { limit, used, ...rest } = given;
  const left = limit === null ? null : subtract(limit, used);
  return {
    ...rest,
    type: "metered",
    value: null,
    limit: limit && decimalText(limit),
    used: decimalText(used),
    remaining: left && decimalText(maximum(left, ZERO)),
    overage: limit === null ? "0" : decimalText(maximum(subtract(used, limit), ZERO)),
  };
}

/** May this customer do this, now? A refusal says when it frees, if it ever does. Changes nothing. */
export function checkEntitlement(state: EntitlementState, quantity: Decimal, asOf: Instant): CheckDecision {
  if (state.type === "boolean" && state.value !== true) return { ...state, allowed: false, code: "not_entitled", retryAt: null, asOf };
  if (state.type !== "metered" || state.limit === null || state.soft) return { ...state, allowed: true, code: null, retryAt: null, asOf };
  const fits = compare(add(decimal(state.used), quantity), decimal(state.limit)) <= 0;
  if (fits) return { ...state, allowed: true, code: null, retryAt: null, asOf };
  // A window that never ends never frees; one that does helps only when the whole limit would be enough.
  const frees = state.window !== null && Number.isFinite(state.window.end) && compare(quantity, decimal(state.limit)) <= 0;
  return { ...state, allowed: false, code: "limit_reached", retryAt: frees && state.window ? state.window.end : null, asOf };
}

/** The answer for a feature the customer has nothing of, or that does not exist. */
export function refusedEntitlement(
  feature: string,
  code: "feature_unknown" | "not_entitled",
  type: EntitlementState["type"],
  asOf: Instant,
): CheckDecision {
  return {
    feature,
    type,
    value: null,
    unit: null,
    limit: null,
    used: "0",
    remaining: "0",
    overage: "0",
    soft: false,
    window: null,
    allowed: false,
    code,
    retryAt: null,
    asOf,
  };
}
