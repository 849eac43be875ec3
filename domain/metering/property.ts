import type { JsonValue } from "#domain/metering/usage-event";
import { type Decimal, decimalText, fromInteger, parseDecimal, parseJsonNumber } from "#domain/money/decimal";

type Properties = { readonly [key: string]: JsonValue };

/** A usage value: 38 significant digits of which 18 after the point. Longer ones are refused, never rounded. */
export const USAGE_LIMITS = { fraction: 18, significant: 38 } as const;

/** Whatever a JSON number can be: properties that are only compared or computed with are held to no other limit. */
export const ANY_NUMBER = { fraction: 400, significant: 400 } as const;

/** The property with that very name; else dots reach into nested objects. Own properties only: `constructor` is absent. */
export function readProperty(properties: Properties, path: string): JsonValue | undefined {
  if (Object.hasOwn(properties, path)) return properties[path];
  const dot = path.indexOf(".");
  if (dot < 0) return undefined;
  const head = path.slice(0, dot);
  const inner = Object.hasOwn(properties, head) ? properties[head] : undefined;
  return isObject(inner) ? readProperty(inner, path.slice(dot + 1)) : undefined;
}

/** One text for one value: 1.10 and 1.1 are the same number. Null for what has no such text: absent, null, objects, arrays. */
export function scalarText(value: JsonValue | undefined): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  return typeof value === "number" ? numberText(value) : null;
}

/** The number a property holds, also as a text of digits ("12.5"); null for anything else. */
export function numberOf(value: JsonValue | undefined): Decimal | null {
  if (typeof value === "number" && Number.isSafeInteger(value)) return fromInteger(BigInt(value));
  const parsed =
    typeof value === "number"
      ? parseJsonNumber(String(value), ANY_NUMBER)
      : typeof value === "string"
        ? parseDecimal(value, ANY_NUMBER)
        : "invalid_decimal";
  return typeof parsed === "string" ? null : parsed;
}

function numberText(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  const exact = numberOf(value);
  return exact === null ? String(value) : decimalText(exact);
}

function isObject(value: JsonValue | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
