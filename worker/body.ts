import type { JsonValue } from "#domain/metering/usage-event";
import { ANY_NUMBER } from "#domain/metering/property";
import { decimalText, parseJsonNumber } from "#domain/money/decimal";
import { ok, refuse, refuseField, type Result } from "#domain/result";
import { pointerAt, scanJson } from "#worker/json-scan";

export type BodyProblem =
  | "invalid_json"
  | "invalid_utf8"
  | "invalid_gzip"
  | "duplicate_key"
  | "too_deep"
  | "body_too_large"
  | "unsupported_media_type"
  | "unsupported_encoding";

export type BodyLimits = { readonly bytesMax: number; readonly gzip: boolean; readonly types: readonly string[] };

export const JSON_BODY: BodyLimits = { bytesMax: 1_048_576, gzip: false, types: ["application/json"] };

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** The media type without parameters; a charset other than UTF-8 is refused. Null when it is not one of those allowed. */
export function mediaType(header: string | undefined, allowed: readonly string[]): string | null {
  const [type = "", ...parameters] = (header ?? "")
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  if (charset !== undefined && !/^charset="?utf-8"?$/.test(charset)) return null;
  return allowed.includes(type) ? type : null;
}

/** Reads a body as text: bytes are counted while they are inflated, and what is not UTF-8 is refused, not repaired. */
export async function readText(request: Request, limits: BodyLimits): Promise<Result<string, BodyProblem>> {
  if (mediaType(request.headers.get("content-type") ?? undefined, limits.types) === null) {
    return refuse("unsupported_media_type", `The content type is one of: ${limits.types.join(", ")} (UTF-8).`);
  }
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity" && !(encoding === "gzip" && limits.gzip)) {
    return refuse("unsupported_encoding", limits.gzip ? "The content encoding is gzip or none." : "This route takes no content encoding.");
  }
  const bytes = await readBytes(request, encoding === "gzip", limits.bytesMax);
  if (!bytes.ok) return bytes;
  try {
    return ok(UTF_8.decode(bytes.value));
  } catch {
    return refuse("invalid_utf8", "The body is not UTF-8.");
  }
}

async function readBytes(request: Request, gzip: boolean, bytesMax: number): Promise<Result<ArrayBuffer | Uint8Array, BodyProblem>> {
  if (request.body === null) return ok(new Uint8Array());
  const tooLarge = () => refuse("body_too_large", `The body is larger than ${bytesMax} bytes.`);
  const length = request.headers.get("content-length");
  if (Number(length ?? 0) > bytesMax) return tooLarge();
  try {
    // A body that names its length is read in one piece: the connection carries no more than that. A stream costs more than a check.
    const bytes = length !== null && !gzip ? await request.arrayBuffer() : await readCounted(request.body, gzip, bytesMax);
    return bytes === null || bytes.byteLength > bytesMax ? tooLarge() : ok(bytes);
  } catch {
    return gzip ? refuse("invalid_gzip", "The body is not complete gzip.") : refuse("invalid_json", "The body broke off.");
  }
}

/** Reads a stream to its end; null when it is longer than allowed. */
async function readCounted(body: ReadableStream<Uint8Array>, gzip: boolean, bytesMax: number): Promise<Uint8Array | null> {
  const reader = (gzip ? body.pipeThrough(new DecompressionStream("gzip")) : body).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > bytesMax) {
      await reader.cancel().catch(() => undefined);
      return null;
    }
    parts.push(value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

const SCAN_MESSAGES = { too_deep: "The JSON is nested too deeply.", duplicate_key: "A key stands twice in one object." } as const;

/**
 * Parses JSON without its traps: duplicate keys and deep nesting are refused, and a number that a double cannot hold exactly
 * arrives as its decimal text, so nothing is ever rounded on the way in.
 */
export function parseJson(text: string, spans: number[] | null = null): Result<JsonValue, BodyProblem> {
  const scan = scanJson(text, spans);
  if (scan.problem !== null) return refuseField(scan.problem, pointerAt(text, scan.at), SCAN_MESSAGES[scan.problem]);
  try {
    return ok(
      (scan.riskyNumber ? JSON.parse(text, exactNumber as (key: string, value: unknown) => unknown) : JSON.parse(text)) as JsonValue,
    );
  } catch {
    return refuse("invalid_json", "The body is not JSON.");
  }
}

function exactNumber(_key: string, value: unknown, { source }: { source: string }): unknown {
  if (typeof value !== "number") return value;
  const written = parseJsonNumber(source, ANY_NUMBER);
  const held = parseJsonNumber(String(value), ANY_NUMBER);
  if (typeof written === "string") return source;
  return typeof held !== "string" && decimalText(written) === decimalText(held) ? value : decimalText(written);
}
