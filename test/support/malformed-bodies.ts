import type { ExpectedProblem } from "#test/support/http";

type Body = Readonly<Record<string, unknown>>;
export type MalformedBody = {
  readonly what: string;
  readonly body: string | Uint8Array;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly problem: ExpectedProblem;
};
/** `code` may be an alternative: of a choice, a wrong type is one wrong value of many. */
export type MalformedField = { readonly what: string; readonly body: Body | string; readonly path: string; readonly code: string };

const tooDeep = (depth: number): string => `{"deep":${"[".repeat(depth)}${"]".repeat(depth)}}`;

/** Bodies that cannot be read, whatever the route: made from one that can. */
export function malformedBodies(valid: Body): MalformedBody[] {
  const text = JSON.stringify(valid);
  const [field = "a", value = 1] = Object.entries(valid)[0] ?? [];
  const twice = `{${JSON.stringify(field)}:${JSON.stringify(value)},${text.slice(1)}`;
  const escaped = `{"\\u${field.charCodeAt(0).toString(16).padStart(4, "0")}${field.slice(1)}":1,${text.slice(1)}`;
  const unreadable = (code: string, what: string, body: string | Uint8Array, path = ""): MalformedBody => ({
    what,
    body,
    problem: { status: 400, code, path },
  });
  return [
    unreadable("invalid_json", "empty", ""),
    unreadable("invalid_json", "cut off", text.slice(0, -1)),
    unreadable("invalid_json", "two documents", `${text}${text}`),
    unreadable("invalid_json", "a trailing comma", text.replace(/\}$/, ",}")),
    unreadable("invalid_json", "NaN", `{${JSON.stringify(field)}:NaN}`),
    unreadable("duplicate_key", "a key twice", twice, `/${field}`),
    unreadable("duplicate_key", "a key twice, once escaped", escaped, `/${field}`),
    unreadable("too_deep", "33 levels deep", tooDeep(33), `/deep${"/0".repeat(31)}`),
    unreadable("too_deep", "100,000 levels deep", tooDeep(100_000), `/deep${"/0".repeat(31)}`),
    unreadable("invalid_utf8", "not UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
    { what: "text", body: text, contentType: "text/plain", problem: { status: 415, code: "unsupported_media_type" } },
    {
      what: "another charset",
      body: text,
      contentType: "application/json; charset=latin1",
      problem: { status: 415, code: "unsupported_media_type" },
    },
    {
      what: "compressed with br",
      body: text,
      headers: { "content-encoding": "br" },
      problem: { status: 415, code: "unsupported_encoding" },
    },
  ];
}

/** Bodies that can be read, each with one field that must be refused by its path. */
export function malformedFields(valid: Body): MalformedField[] {
  const unknown = (path: string, body: Body | string): MalformedField => ({
    what: `unknown field ${path}`,
    body,
    path,
    code: "unknown_field",
  });
  return [
    unknown("/no_such_field", { ...valid, no_such_field: 1 }),
    unknown("/__proto__", `{"__proto__":{"admin":true},${JSON.stringify(valid).slice(1)}`),
    ...Object.keys(valid).map((field) => ({
      what: `wrong type of /${field}`,
      body: { ...valid, [field]: [[]] },
      path: `/${field}`,
      code: "(wrong_type|invalid_value)",
    })),
  ];
}

/** The same body, saying something else in one place; not all of them are valid. */
export function differentBodies(valid: Body): Body[] {
  const texts = Object.entries(valid).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return texts.flatMap(([field, text]) => [
    { ...valid, [field]: `${text}x` },
    { ...valid, [field]: "2027-01-01T00:00:00Z" },
    { ...valid, [field]: undefined },
  ]);
}
