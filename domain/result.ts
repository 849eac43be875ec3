/** A problem with one place in the input. `path` is a JSON pointer (RFC 6901) into the body, e.g. `/prices/0/model`. */
export type FieldProblem = { readonly path: string; readonly code: string; readonly message: string };

/**
 * An expected "no": it has a stable code for programs and a sentence for people. Bugs and outages throw instead.
 * The HTTP status of a code is decided in one place, `worker/problem.ts`.
 */
export type Refusal<Code extends string = string> = {
  readonly code: Code;
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
};

export type Result<T, Code extends string = string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Refusal<Code> };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function refuse<Code extends string>(
  code: Code,
  detail: string,
  errors?: readonly FieldProblem[],
): { readonly ok: false; readonly error: Refusal<Code> } {
  return { ok: false, error: errors ? { code, detail, errors } : { code, detail } };
}

/** A refusal that points at one place in the request body. */
export function refuseField<Code extends string>(
  code: Code,
  path: string,
  message: string,
): { readonly ok: false; readonly error: Refusal<Code> } {
  return refuse(code, message, [{ path, code, message }]);
}

/** A JSON pointer (RFC 6901) from the names on the way. */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
