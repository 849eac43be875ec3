import type { FieldProblem, Refusal } from "#domain/result";

/** The HTTP status of every refusal that is not 422: the one place where codes become statuses. */
const STATUS: Readonly<Record<string, number>> = {
  invalid_json: 400,
  invalid_utf8: 400,
  invalid_gzip: 400,
  duplicate_key: 400,
  too_deep: 400,
  invalid_header: 400,
  invalid_cursor: 400,
  unknown_version: 400,
  unauthenticated: 401,
  key_revoked: 401,
  forbidden_scope: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  key_taken: 409,
  already_published: 409,
  already_issued: 409,
  already_canceled: 409,
  already_revoked: 409,
  already_assigned: 409,
  already_archived: 409,
  subject_taken: 409,
  archived: 409,
  not_archived: 409,
  meter_in_use: 409,
  month_not_ready: 409,
  clock_locked: 409,
  not_payable: 409,
  not_voidable: 409,
  not_active: 409,
  backfill_not_open: 409,
  already_reverted: 409,
  customers_refused: 409,
  range_archived: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  unsupported_encoding: 415,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
  payment_unknown: 503,
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
  return STATUS[code] ?? 422;
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
    errors: refusal.errors ?? [],
  };
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (status === 401) headers["www-authenticate"] = "Bearer";
  if (status === 429 || status === 503) headers["retry-after"] = "1";
  return new Response(JSON.stringify(problem), { status, headers });
}
