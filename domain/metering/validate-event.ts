import type { JsonValue, UsageEvent } from "#domain/metering/usage-event";
import { ok, pointer, refuseField, type Result } from "#domain/result";
import { type Instant, parseInstant } from "#domain/time/instant";

/** An event with the key of the customer whose ledger it belongs in. */
export type AddressedEvent = { readonly customer: string; readonly event: UsageEvent };

export type EventProblem =
  | "invalid_event"
  | "unknown_field"
  | "required"
  | "invalid_text"
  | "invalid_time"
  | "offset_required"
  | "out_of_range"
  | "wrong_type";

type Fields = { readonly [key: string]: JsonValue };

const FIELDS = new Set(["id", "source", "type", "customer", "time", "properties", "subscription"]);
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
  const customer = readText(fields, "customer", null);
  if (!customer.ok) return customer;
  const subscription =
    fields["subscription"] === undefined || fields["subscription"] === null ? ok(null) : readText(fields, "subscription", null);
  if (!subscription.ok) return subscription;
  const time = readTime(fields["time"], defaults.now);
  if (!time.ok) return time;
  const properties = fields["properties"] ?? {};
  if (typeof properties !== "object" || Array.isArray(properties))
    return refuseField("wrong_type", "/properties", "Properties are a JSON object.");
  return ok({
    customer: customer.value,
    event: {
      id: id.value,
      source: source.value,
      type: type.value,
      time: time.value,
      timeIsGiven: fields["time"] !== undefined,
      subscription: subscription.value,
      properties: properties as Fields,
    },
  });
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
