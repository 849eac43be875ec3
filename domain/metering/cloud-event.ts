import type { JsonValue } from "#domain/metering/usage-event";
import { ok, refuseField, type Result } from "#domain/result";

type Attributes = { readonly [name: string]: JsonValue };

/** The attributes that say something here; `subscription` is an extension of ours. */
const TAKEN = ["id", "source", "type", "subject", "time", "data", "subscription"] as const;

/**
 * A CloudEvents 1.0 event (structured mode) in the form `validateEvent` reads. The subject stays a subject: a customer's key
 * is one that the customer is known by. Other attributes and extensions are left out, not refused: the standard lets
 * intermediaries add them. Binary data is refused, since leaving it out would lose usage.
 */
export function fromCloudEvent(raw: JsonValue): Result<JsonValue, "invalid_event" | "unsupported_specversion"> {
  if (raw === null || typeof raw !== "object" || Array.isArray(raw))
    return refuseField("invalid_event", "", "A CloudEvent is a JSON object.");
  const attributes = raw as Attributes;
  if (attributes["specversion"] !== "1.0") return refuseField("unsupported_specversion", "/specversion", "specversion is 1.0.");
  if (attributes["data_base64"] !== undefined) return refuseField("invalid_event", "/data_base64", "Usage is sent as JSON in data.");
  const event: Record<string, JsonValue> = {};
  for (const name of TAKEN) {
    const value = attributes[name];
    if (value !== undefined) event[name] = value;
  }
  return ok(event);
}
