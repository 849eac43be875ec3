import type { FieldProblem, Refusal } from "#domain/result";

type ProblemType = { readonly status: number; readonly meaning: string };

/** Every code that can be answered, as a problem or as the result of one event: the one place where codes become statuses. */
export const PROBLEMS: Readonly<Record<string, ProblemType>> = {
  invalid_json: { status: 400, meaning: "The body is not JSON, or broke off." },
  invalid_utf8: { status: 400, meaning: "The body is not UTF-8." },
  invalid_gzip: { status: 400, meaning: "The body is not complete gzip." },
  duplicate_key: { status: 400, meaning: "A key stands twice in one JSON object." },
  too_deep: { status: 400, meaning: "The JSON is nested deeper than 32 levels." },
  invalid_header: { status: 400, meaning: "A header cannot be read." },
  invalid_cursor: { status: 400, meaning: "The cursor is not one of this list." },
  unknown_version: { status: 400, meaning: "The Tollgate-Version is none there is." },
  unauthenticated: { status: 401, meaning: "The key is missing, unknown, revoked or expired." },
  key_revoked: { status: 401, meaning: "The key was revoked while the call ran; nothing was done." },
  forbidden_scope: { status: 403, meaning: "The key may not do this." },
  not_found: { status: 404, meaning: "There is no such thing in this environment." },
  method_not_allowed: { status: 405, meaning: "The route does not take this method." },
  conflict: { status: 409, meaning: "Something else changed this at the same moment; nothing was done." },
  key_taken: { status: 409, meaning: "An object with this key exists." },
  already_published: { status: 409, meaning: "The version is published and never changes again." },
  already_issued: { status: 409, meaning: "The invoice is issued." },
  already_canceled: { status: 409, meaning: "The subscription is canceled." },
  already_revoked: { status: 409, meaning: "The key is revoked." },
  already_assigned: { status: 409, meaning: "The subject is this customer's already." },
  already_archived: { status: 409, meaning: "The meter is archived." },
  subject_taken: { status: 409, meaning: "The subject is another customer's." },
  archived: { status: 409, meaning: "The meter is archived and does not change." },
  not_archived: { status: 409, meaning: "It is not archived." },
  meter_in_use: { status: 409, meaning: "A plan or feature uses the meter." },
  month_not_ready: { status: 409, meaning: "The month is not closed yet." },
  archive_mismatch: { status: 409, meaning: "The archive is not what the ledger holds; nothing was forgotten." },
  clock_locked: { status: 409, meaning: "The clock is being advanced by another call." },
  not_payable: { status: 409, meaning: "The invoice cannot be paid as it is." },
  not_voidable: { status: 409, meaning: "The invoice cannot be voided as it is." },
  not_active: { status: 409, meaning: "The subscription is not in force." },
  backfill_not_open: { status: 409, meaning: "The backfill takes no more events." },
  already_reverted: { status: 409, meaning: "The backfill was taken back." },
  customers_refused: { status: 409, meaning: "Some ledgers refused; the others are done." },
  range_archived: { status: 409, meaning: "The events of that time are archived; restore them first." },
  body_too_large: { status: 413, meaning: "The body is longer than the route takes, as sent or inflated." },
  unsupported_media_type: { status: 415, meaning: "The route does not take this content type." },
  unsupported_encoding: { status: 415, meaning: "The route does not take this content encoding." },
  invalid_request: { status: 422, meaning: "Fields are missing, unknown or wrong; `errors` names each." },
  idempotency_key_reused: { status: 422, meaning: "The Idempotency-Key was used for another request." },
  aggregation_is_fixed: { status: 422, meaning: "A meter keeps its aggregation." },
  invalid_meter: { status: 422, meaning: "The meter cannot count like this." },
  invalid_expression: { status: 422, meaning: "The expression cannot be read." },
  too_many_meters: { status: 422, meaning: "The environment has as many meters as it may." },
  unknown_meter: { status: 422, meaning: "There is no such meter." },
  unknown_dimension: { status: 422, meaning: "The meter has no such dimension." },
  not_mergeable: { status: 422, meaning: "Totals of this meter cannot be joined like this." },
  too_many_groups: { status: 422, meaning: "The meter has as many combinations of dimension values as it may." },
  too_many_rows: { status: 422, meaning: "The answer would have too many rows." },
  invalid_plan: { status: 422, meaning: "The terms of the plan do not fit together." },
  unknown_plan: { status: 422, meaning: "There is no such plan." },
  plan_not_published: { status: 422, meaning: "Only a published plan can be subscribed to." },
  unknown_customer: { status: 422, meaning: "There is no such customer." },
  currency_mismatch: { status: 422, meaning: "The currencies differ." },
  unknown_quantity: { status: 422, meaning: "The plan has no price that takes this quantity." },
  invalid_quantity: { status: 422, meaning: "The quantity is not allowed here." },
  too_many_periods: { status: 422, meaning: "The start lies so far back that the first bill would have too many periods." },
  too_many_subscriptions: { status: 422, meaning: "The customer has as many subscriptions as it may." },
  change_in_future: { status: 422, meaning: "A change takes effect now or in the past." },
  change_out_of_order: { status: 422, meaning: "A change comes after the changes before it." },
  nothing_to_change: { status: 422, meaning: "The terms are these already." },
  empty: { status: 422, meaning: "There is nothing to bill." },
  negative_total: { status: 422, meaning: "The credits exceed the charges." },
  invalid_amount: { status: 422, meaning: "The amount is not allowed." },
  overpayment: { status: 422, meaning: "More than is due." },
  unknown_provider: { status: 422, meaning: "There is no such payment provider." },
  not_a_sandbox: { status: 422, meaning: "Only a sandbox has a clock that can be moved." },
  clock_moves_forward_only: { status: 422, meaning: "A clock never goes back." },
  advance_too_far: { status: 422, meaning: "The clock may not go so far in one call." },
  too_many: { status: 422, meaning: "More than allowed." },
  too_many_events: { status: 422, meaning: "More events than one call takes." },
  too_many_customers: { status: 422, meaning: "Events of more customers than one call takes." },
  several_customers: { status: 422, meaning: "One call corrects events of one customer." },
  invalid_range: { status: 422, meaning: "to comes after from." },
  range_in_future: { status: 422, meaning: "The range ends by now." },
  backfill_invoiced: { status: 422, meaning: "An invoice was issued with the backfill." },
  ambiguous_source: { status: 422, meaning: "Several sources have sent this id." },
  invalid_event: { status: 422, meaning: "An event is a JSON object." },
  unknown_field: { status: 422, meaning: "There is no such field." },
  required: { status: 422, meaning: "The field is missing." },
  wrong_type: { status: 422, meaning: "The value has another type." },
  ambiguous: { status: 422, meaning: "Two fields say the same thing." },
  invalid_text: { status: 422, meaning: "The text is empty, too long or not printable." },
  invalid_time: { status: 422, meaning: "The time is not RFC 3339." },
  offset_required: { status: 422, meaning: "A time needs its offset." },
  out_of_range: { status: 422, meaning: "The value is outside of what is allowed." },
  unsupported_specversion: { status: 422, meaning: "CloudEvents are of version 1.0." },
  event_too_large: { status: 422, meaning: "An event is at most 64 kB." },
  event_too_old: { status: 422, meaning: "The event is older than events may come." },
  event_in_future: { status: 422, meaning: "The event lies in the future." },
  subscription_unknown: { status: 422, meaning: "The customer has no such subscription." },
  outside_backfill: { status: 422, meaning: "The event is not of this backfill." },
  period_issued: { status: 422, meaning: "The invoice of that time is issued, and the meter takes nothing late." },
  event_not_found: { status: 422, meaning: "There is no such event." },
  event_voided: { status: 422, meaning: "The event was voided." },
  event_not_counted: { status: 422, meaning: "The event does not count." },
  source_required: { status: 422, meaning: "The source must be named." },
  value_missing: { status: 422, meaning: "The event has not the value that is counted." },
  value_invalid: { status: 422, meaning: "The value is not an exact decimal." },
  value_too_long: { status: 422, meaning: "The value has too many digits." },
  invalid_decimal: { status: 422, meaning: "The text is no decimal." },
  too_precise: { status: 422, meaning: "Too many digits after the point." },
  rate_limited: { status: 429, meaning: "Too many calls with this key." },
  internal: { status: 500, meaning: "A fault of ours; nothing was half done." },
  unavailable: { status: 503, meaning: "A part of the platform cannot be reached now." },
  payment_unknown: { status: 503, meaning: "Whether the payment was taken is not known yet." },
};

const TITLES: Readonly<Record<number, string>> = {
  400: "The request cannot be read",
  401: "Not authenticated",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported content",
  422: "The request is not valid",
  429: "Too many requests",
  500: "Internal error",
  503: "Not available",
};

/** What is wrong with the request itself has a place in it; where none is narrower, that is the whole of it (RFC 6901: ""). */
const SAYS_WHERE: ReadonlySet<number> = new Set([400, 409, 413, 415, 422]);
const WHOLE = "";

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly instance: string;
  readonly request_id: string;
  readonly errors: readonly FieldProblem[];
};

export function statusOf(code: string): number {
  return PROBLEMS[code]?.status ?? 422;
}

/** A refusal as RFC 9457 problem details, with a stable `code` and the places in the input that caused it. */
export function problemResponse(refusal: Refusal, request: { readonly path: string; readonly requestId: string }): Response {
  const status = statusOf(refusal.code);
  const problem: Problem = {
    type: `/docs#problem-${refusal.code}`,
    title: TITLES[status] ?? "Refused",
    status,
    code: refusal.code,
    detail: refusal.detail,
    instance: request.path,
    request_id: request.requestId,
    errors: refusal.errors ?? (SAYS_WHERE.has(status) ? [{ path: WHOLE, code: refusal.code, message: refusal.detail }] : []),
  };
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (status === 401) headers["www-authenticate"] = "Bearer";
  if (status === 503) headers["retry-after"] = "1";
  return new Response(JSON.stringify(problem), { status, headers });
}
