import type { JsonValue } from "#domain/metering/usage-event";
import { ok, refuseField, type Result } from "#domain/result";

const ATTRIBUTES = new Set([
  "specversion",
  "id",
  "source",
  "type",
  "subject",
  "time",
  "data",
  "datacontenttype",
  "dataschema",
  "subscription",
]);

/**
 * A CloudEvents 1.0 event (structured mode) in the form `validateEvent` reads: `subject` is the customer, `data` the
 * properties, the extension attribute `subscription` names a subscription. Other extensions are kept out, not refused:
 * the standard lets intermediaries add them.
 */
export function fromCloudEvent(raw: JsonValue): Result<JsonValue, "invalid_event" | "unsupported_specversion"> {
  if (raw === null || typeof raw !== "object" || Array.isArray(raw))
    return refuseField("invalid_event", "", "A CloudEvent is a JSON object.");
  const attributes = raw as { readonly [key: string]: JsonValue };
  if (attributes["specversion"] !== "1.0") return refuseField("unsupported_specversion", "/specversion", "specversion is 1.0.");
  const { subject, data, specversion: _, datacontenttype: __, dataschema: ___, ...rest } = attributes;
  const known = Object.fromEntries(Object.entries(rest).filter(([name]) => ATTRIBUTES.has(name)));
  return ok({ ...known, ...(subject === undefined ? {} : { customer: subject }), ...(data === undefined ? {} : { properties: data }) });
}
