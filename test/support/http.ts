import { exports } from "cloudflare:workers";
import { expect } from "vitest";
import { PROBLEMS } from "#worker/problem";

export type Call = {
  readonly method?: string;
  readonly path: string;
  /** The API key, or null for none. */
  readonly key?: string | null;
  /** Text and bytes are sent as they are; anything else as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, or undefined where it is none. */
  readonly json: unknown;
};

/** One HTTP call to the Worker, answered whole; of a stream without end, that it began. A WebSocket's answer has no body. */
export async function call({ method = "GET", path, key = null, body, contentType, headers = {} }: Call): Promise<Answer> {
  const raw = body === undefined || typeof body === "string" || body instanceof Uint8Array;
  const request = new Request(new URL(path, "http://tollgate.test"), {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": contentType ?? "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
  });
  const response = await exports.default.fetch(request);
  const type = response.headers.get("content-type") ?? "";
  const isStream = type.startsWith("text/event-stream");
  if (isStream) await response.body?.cancel();
  const text = response.status === 101 || isStream ? "" : await response.text();
  const isJson = /[/+]json\b/.test(type);
  return { status: response.status, headers: response.headers, text, json: isJson && text !== "" ? JSON.parse(text) : undefined };
}

/** A POST that must succeed, for setting scenes. */
export async function made<T = { readonly id: string }>(key: string, path: string, body?: unknown): Promise<T> {
  const answer = await call({ method: "POST", path, key, ...(body === undefined ? {} : { body }) });
  if (answer.status >= 300) throw new Error(`POST ${path} answered ${answer.status}: ${answer.text}`);
  return answer.json as T;
}

export type ExpectedProblem = {
  readonly status: number;
  readonly code: string;
  /** JSON pointer of a field that is named, with the field's own code where it differs from the problem's. */
  readonly path?: string;
  readonly fieldCode?: string;
};

type Problem = {
  readonly code: string;
  readonly errors: readonly { readonly path: string; readonly code: string; readonly message: string }[];
};

/** The answer is RFC 9457 problem details, complete, with this status, code and place. */
export function expectProblem(answer: Answer, { status, code, path, fieldCode }: ExpectedProblem): void {
  const problem = answer.json as Problem;
  expect({ status: answer.status, code: problem?.code, body: answer.text }).toMatchObject({ status, code });
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(problem).toEqual({
    type: `/docs#problem-${code}`,
    title: expect.stringMatching(/./),
    status,
    code,
    detail: expect.stringMatching(/./),
    instance: expect.stringMatching(/^\//),
    request_id: answer.headers.get("request-id"),
    errors: expect.any(Array),
  });
  expect(PROBLEMS).toHaveProperty(code);
  // What is wrong with a request has a place in it, if only the whole.
  if ([400, 409, 413, 415, 422].includes(status)) expect({ code, errors: problem.errors }).not.toEqual({ code, errors: [] });
  if (path === undefined) return;
  const fields = problem.errors.map((error) => ({ path: error.path, code: error.code }));
  expect(fields).toContainEqual({ path, code: fieldCode ?? code });
}
