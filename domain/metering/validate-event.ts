import type { JsonValue, UsageEvent } from "#domain/metering/usage-event";
import { ok, pointer, refuseField, type Result } from "#domain/result";
import { type Instant, parseInstant } from "#domain/time/instant";

/** Whose ledger an event belongs in: a customer's key, or a subject that the customer is known by. */
export type EventAddress = { readonly customer: string } | { readonly subject: string };

export type AddressedEvent = { readonly address: EventAddress; readonly event: UsageEvent };

export type EventProblem =
  | "invalid_event"
  | "unknown_field"
  | "required"
  | "ambiguous"
  | "invalid_text"
  | "invalid_time"
  | "offset_required"
  | "out_of_range"
  | "wrong_type";

type Fields = { readonly [key: string]: JsonValue };

const FIELDS = new Set(["id", "source", "type", "customer", "subject", "time", "properties", "data", "subscription"]);
const LONGEST_TEXT = 255;

/**
 * Reads one usage event. By hand and without a schema library, because this runs ten thousand times a call; `path` in a
 * refusal is a pointer into the event.
 */
export function validateEvent(raw: JsonValue, defaults: { source: string; now: Instant }): Result<AddressedEvent, EventProblem> {
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) return refuseField("invalid_event", "", "An event is a JSON object.");
  const fields = raw as Fields;
  for (const name of Object.keys(fields)) {
    if (!FIELDS.has(name)) return refuseField("unknown_field", pointer([name]), `An event has no field ${name}.`);
  }
  const id = readText(fields, "id", null);
  if (!id.ok) return id;
  const source = readText(fields, "source", defaults.source);
  if (!source.ok) return source;
  const type = readText(fields, "type", null);
  if (!type.ok) return type;
  const address = readAddress(fields);
  if (!address.ok) return address;
  const subscription = isAbsent(fields["subscription"]) ? ok(null) : readText(fields, "subscription", null);
  if (!subscription.ok) return subscription;
  const time = readTime(fields["time"], defaults.now);
  if (!time.ok) return time;
  const properties = readProperties(fields);
  if (!properties.ok) return properties;
  return ok({
    address: address.value,
    event: {
      id: id.value,
      source: source.value,
      type: type.value,
      time: time.value,
      timeIsGiven: fields["time"] !== undefined,
      subscription: subscription.value,
      properties: properties.value,
    },
  });
}

function isAbsent(value: JsonValue | undefined): value is null | undefined {
  return value === undefined || value === null;
}

function readAddress(fields: Fields): Result<EventAddress, EventProblem> {
  if (isAbsent(fields["subject"])) {
    if (isAbsent(fields["customer"])) return refuseField("required", "/customer", "An event needs customer or subject.");
    const customer = readText(fields, "customer", null);
    return customer.ok ? ok({ customer: customer.value }) : customer;
  }
  if (!isAbsent(fields["customer"])) return refuseField("ambiguous", "/subject", "An event has customer or subject, not both.");
  const subject = readText(fields, "subject", null);
  return subject.ok ? ok({ subject: subject.value }) : subject;
}

const NONE: Fields = {};

/** `data` is another name of `properties`; without either, or with null, an event has none. */
function readProperties(fields: Fields): Result<Fields, EventProblem> {
  const { properties, data } = fields;
  if (!isAbsent(properties) && !isAbsent(data)) return refuseField("ambiguous", "/data", "An event has properties or data, not both.");
  const given = properties ?? data ?? NONE;
  if (typeof given === "object" && !Array.isArray(given)) return ok(given as Fields);
  const name = isAbsent(properties) ? "data" : "properties";
  return refuseField("wrong_type", `/${name}`, `${name} is a JSON object.`);
}

/** Printable, not blank, at most 255 characters, no lone surrogates: what storage and logs keep as it is. */
function readText(fields: Fields, name: string, fallback: string | null): Result<string, EventProblem> {
  const value = fields[name];
  if (value === undefined) return fallback === null ? refuseField("required", `/${name}`, `An event needs ${name}.`) : ok(fallback);
  if (typeof value !== "string") return refuseField("wrong_type", `/${name}`, `${name} is a text.`);
  // eslint-disable-next-line no-control-regex
  if (value.length > LONGEST_TEXT || value.trim() === "" || /[\u0000-\u001f\u007f]/.test(value) || !value.isWellFormed()) {
    return refuseField("invalid_text", `/${name}`, `${name} is 1 to ${LONGEST_TEXT} printable characters.`);
  }
  return ok(value);
}

function readTime(value: JsonValue | undefined, now: Instant): Result<Instant, EventProblem> {
  if (value === undefined) return ok(now);
  if (typeof value !== "string") return refuseField("wrong_type", "/time", "time is an RFC 3339 text.");
  const time = parseInstant(value);
  return typeof time === "number" ? ok(time) : refuseField(time, "/time", "time is RFC 3339 with an offset, between 2000 and 2199.");
}
