import type { JsonValue } from "#domain/metering/usage-event";
import { ok, refuseField, type Result } from "#domain/result";

/** Whether a request carries a CloudEvent in binary mode: attributes in `ce-` headers, the body is the data. */
export function isBinaryCloudEvent(headers: Headers): boolean {
  return headers.has("ce-specversion");
}

/**
 * The attributes of a CloudEvent in binary mode (CloudEvents 1.0.2, HTTP protocol binding, 3.1.3). A value is first unquoted,
 * then percent-decoded once; a sequence that is not UTF-8 is refused, not repaired.
 */
export function cloudEventAttributes(headers: Headers): Result<Record<string, JsonValue>, "invalid_header"> {
  const attributes: Record<string, JsonValue> = {};
  for (const [name, value] of headers) {
    if (!name.startsWith("ce-")) continue;
    try {
      attributes[name.slice(3)] = decodeURIComponent(unquoted(value));
    } catch {
      return refuseField("invalid_header", `/${name}`, `The header ${name} is not percent-encoded UTF-8.`);
    }
  }
  return ok(attributes);
}

function unquoted(value: string): string {
  return /^".*"$/.test(value) ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value;
}
