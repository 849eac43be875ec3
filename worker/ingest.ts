import type { RecordedResult } from "#actions/usage/record-usage";
import { present } from "#domain/assert";
import { fromCloudEvent } from "#domain/metering/cloud-event";
import type { JsonValue } from "#domain/metering/usage-event";
import { type AddressedEvent, validateEvent } from "#domain/metering/validate-event";
import { ok, refuse, refuseField, type Refusal, type Result } from "#domain/result";
import type { Instant } from "#domain/time/instant";
import { cloudEventAttributes, isBinaryCloudEvent } from "#worker/cloud-event-headers";
import { type BodyProblem, mediaType, parseJson, readText } from "#worker/body";

const PLAIN = "application/json";
const LINES = "application/x-ndjson";
const CLOUD_EVENT = "application/cloudevents+json";
const CLOUD_EVENTS = "application/cloudevents-batch+json";
export const ingestTypes = [PLAIN, LINES, CLOUD_EVENT, CLOUD_EVENTS] as const;

const BYTES_MAX = 10 * 1_048_576;
const EVENTS_MAX = 10_000;
const CUSTOMERS_MAX = 500;
const EVENT_BYTES_MAX = 64_000;

type Refused = { readonly index: number; readonly id: string | null; readonly error: Refusal };

/** The events of a call: those to record, with their places, and those refused on sight. */
export type ReadEvents = {
  readonly count: number;
  readonly taken: readonly AddressedEvent[];
  readonly places: readonly number[];
  readonly refused: readonly Refused[];
  /** Problems are told in the words of the form the events came in. */
  readonly asCloudEvents: boolean;
};

export type IngestProblem = BodyProblem | "too_many_events" | "too_many_customers" | "invalid_request" | "invalid_header";

/** Reads a call's events in whichever form it came. One bad event never loses the good ones; a call beyond the limits takes none. */
export async function readEvents(request: Request, defaults: EventDefaults): Promise<Result<ReadEvents, IngestProblem>> {
  const text = await readText(request, { bytesMax: BYTES_MAX, gzip: true, types: ingestTypes });
  if (!text.ok) return text;
  const form = formOf(request);
  const raw = form === "binary" ? binaryEvent(request.headers, text.value) : splitEvents(text.value, form);
  if (!raw.ok) return raw;
  if (raw.value.length > EVENTS_MAX) return tooMany();
  const read: Reading = { ...defaults, isCloudEvent: form !== PLAIN && form !== LINES };
  const [taken, places, refused]: [AddressedEvent[], number[], Refused[]] = [[], [], []];
  for (const [index, item] of raw.value.entries()) {
    const event = item.ok ? (item.tooLong ? TOO_LARGE : readEvent(item.value, read)) : item;
    if (event.ok) {
      taken.push(event.value);
      places.push(index);
    } else refused.push({ index, id: item.ok ? idOf(item.value) : null, error: event.error });
  }
  if (new Set(taken.map(nameOf)).size > CUSTOMERS_MAX)
    return refuse("too_many_customers", `One call takes events of at most ${CUSTOMERS_MAX} customers.`);
  return ok({ count: raw.value.length, taken, places, refused, asCloudEvents: read.isCloudEvent });
}

type EventDefaults = { readonly source: string; readonly now: Instant };
type Reading = EventDefaults & { readonly isCloudEvent: boolean };
type Form = (typeof ingestTypes)[number] | "binary";

function formOf(request: Request): Form {
  const type = (mediaType(request.headers.get("content-type") ?? undefined, ingestTypes) ?? PLAIN) as Form;
  return type === PLAIN && isBinaryCloudEvent(request.headers) ? "binary" : type;
}

/** An event as it was sent, or why it cannot be read. */
type Sent = { readonly ok: true; readonly value: JsonValue; readonly tooLong: boolean } | { readonly ok: false; readonly error: Refusal };

const sent = (value: JsonValue, tooLong: boolean): Sent => ({ ok: true, value, tooLong });

/** A body without content is an event without data. */
function binaryEvent(headers: Headers, text: string): Result<Sent[], IngestProblem> {
  const attributes = cloudEventAttributes(headers);
  if (!attributes.ok) return attributes;
  if (text === "") return ok([sent(attributes.value, false)]);
  const data = parseJson(text);
  return data.ok ? ok([sent({ ...attributes.value, data: data.value }, isTooLong(text))]) : data;
}

function splitEvents(text: string, form: Exclude<Form, "binary">): Result<Sent[], IngestProblem> {
  if (form === LINES) {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    if (lines.length > EVENTS_MAX) return tooMany();
    return lines.length === 0 ? noEvent() : ok(lines.map(readLine));
  }
  // Only a body that is longer than an event may be can hold one that is too long.
  const spans: number[] | null = text.length * 3 > EVENT_BYTES_MAX ? [] : null;
  const parsed = parseJson(text, spans);
  if (!parsed.ok) return parsed;
  if (form === CLOUD_EVENTS && !Array.isArray(parsed.value)) return refuse("invalid_request", "A batch of CloudEvents is a JSON array.");
  if (form === CLOUD_EVENT && Array.isArray(parsed.value))
    return refuse("invalid_request", "One CloudEvent is a JSON object; send a batch as application/cloudevents-batch+json.");
  if (!Array.isArray(parsed.value)) return ok([sent(parsed.value, isTooLong(text))]);
  const items = parsed.value as readonly JsonValue[];
  let next = 0;
  const tooLong = (item: JsonValue): boolean => {
    if (spans === null || item === null || typeof item !== "object") return false;
    const [start = 0, end = 0] = [spans[next], spans[next + 1]];
    next += 2;
    return isTooLong(text, start, end);
  };
  return items.length === 0 ? noEvent() : ok(items.map((item) => sent(item, tooLong(item))));
}

function readLine(line: string): Sent {
  const parsed = parseJson(line);
  return parsed.ok ? sent(parsed.value, isTooLong(line)) : parsed;
}

function tooMany() {
  return refuse("too_many_events", `One call takes at most ${EVENTS_MAX} events.`);
}

function noEvent() {
  return refuse("invalid_request", "There is no event.");
}

function readEvent(item: JsonValue, { isCloudEvent, ...defaults }: Reading): Result<AddressedEvent> {
  const plain = isCloudEvent ? fromCloudEvent(item) : ok(item);
  return plain.ok ? validateEvent(plain.value, defaults) : plain;
}

const TOO_LARGE = refuseField("event_too_large", "", "An event is at most 64 kB.");

/** Bytes are counted only where there may be too many: a character is three at most. */
function isTooLong(text: string, start = 0, end = text.length): boolean {
  if ((end - start) * 3 <= EVENT_BYTES_MAX) return false;
  return Buffer.byteLength(text.slice(start, end).trim()) > EVENT_BYTES_MAX;
}

function nameOf({ address }: AddressedEvent): string {
  return "subject" in address ? `subject ${address.subject}` : address.customer;
}

/** The place in a CloudEvent that became this place in an event. */
function inCloudEvent(path: string): string {
  return path.replace(/^\/customer$/, "/subject").replace(/^\/properties(?=\/|$)/, "/data");
}

function idOf(item: JsonValue): string | null {
  if (item === null || typeof item !== "object" || Array.isArray(item)) return null;
  const { id } = item as { readonly [key: string]: JsonValue };
  return typeof id === "string" ? id : null;
}

const NAMES = {
  accepted: "accepted",
  duplicate: "duplicates",
  conflict: "conflicts",
  rejected: "rejected",
  unavailable: "unavailable",
} as const;

export type EventAnswer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/** The answer to a call: sums, and the result of each event in the order they were sent. */
export function eventAnswer(read: ReadEvents, recorded: readonly RecordedResult[]): EventAnswer {
  const placeOf = (path: string | undefined) => (path === undefined ? {} : { path: read.asCloudEvents ? inCloudEvent(path) : path });
  const results: Record<string, unknown>[] = Array.from({ length: read.count });
  const sums = { accepted: 0, duplicates: 0, conflicts: 0, rejected: 0, unavailable: 0, unmatched: 0 };
  for (const [i, result] of recorded.entries()) {
    const index = present(read.places[i], "place of a result");
    sums[NAMES[result.status]] += 1;
    if (result.status === "accepted" && result.unmatched !== undefined) sums.unmatched += 1;
    results[index] = {
      index,
      id: present(read.taken[i], "event of a result").event.id,
      ...result,
      ...(result.status === "rejected" ? placeOf(result.path) : {}),
    };
  }
  for (const { index, id, error } of read.refused) {
    sums.rejected += 1;
    results[index] = {
      index,
      id,
      status: "rejected",
      code: error.code,
      detail: error.detail,
      ...placeOf(error.errors?.[0]?.path ?? ""),
    };
  }
  const status = sums.rejected === read.count ? 422 : sums.unavailable === read.count ? 503 : 200;
  return { status, body: { ...sums, results } };
}
