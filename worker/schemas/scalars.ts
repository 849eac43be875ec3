import { z } from "@hono/zod-openapi";
import { type Currency, isCurrency } from "#domain/money/currency";
import { type Decimal, decimalText, parseDecimal, parseJsonNumber } from "#domain/money/decimal";
import { type CalendarDate, parseCalendarDate } from "#domain/time/calendar-date";
import { type Instant, parseInstant } from "#domain/time/instant";
import { parseZone, type Zone } from "#domain/time/zone";

/** Adds a problem with a code of ours; zod's own codes are mapped in `validate.ts`. */
function fail(context: z.RefinementCtx, code: string, message: string): never {
  context.addIssue({ code: "custom", message, params: { code } });
  return z.NEVER;
}

const DECIMAL_MESSAGES = {
  invalid_decimal: "A decimal is written plainly, like 12.5: no exponent, sign only for less than zero.",
  too_precise: "At most 12 digits may follow the point.",
  out_of_range: "At most 38 significant digits are allowed.",
} as const;

/** An exact decimal: a string, or a JSON number (which arrives as its text where a double could not hold it). */
export const decimalSchema = z
  .union([z.string(), z.number()])
  .transform((value, context): Decimal => {
    const parsed = typeof value === "number" ? parseJsonNumber(String(value)) : parseDecimal(value);
    return typeof parsed === "string" ? fail(context, parsed, DECIMAL_MESSAGES[parsed]) : parsed;
  })
  .openapi({ type: "string", format: "decimal", example: "0.0025" });

/** The same, as canonical text. */
export const decimalTextSchema = decimalSchema.transform(decimalText).openapi({ type: "string", format: "decimal", example: "1000" });

export const instantSchema = z
  .string()
  .transform((text, context): Instant => {
    const parsed = parseInstant(text);
    if (typeof parsed === "number") return parsed;
    return fail(
      context,
      parsed,
      parsed === "offset_required" ? "A time needs its offset: Z or +05:30." : "A time is RFC 3339, between 2000 and 2199.",
    );
  })
  .openapi({ type: "string", format: "date-time", example: "2026-03-31T09:30:00Z" });

export const calendarDateSchema = z
  .string()
  .transform(
    (text, context): CalendarDate =>
      parseCalendarDate(text) ?? fail(context, "invalid_date", "A date is YYYY-MM-DD and exists in the calendar."),
  )
  .openapi({ type: "string", format: "date", example: "2026-03-31" });

export const zoneSchema = z
  .string()
  .transform(
    (text, context): Zone => parseZone(text) ?? fail(context, "unknown_time_zone", "A time zone is an IANA name such as Europe/Berlin."),
  )
  .openapi({ type: "string", example: "America/Los_Angeles" });

export const currencySchema = z
  .string()
  .transform((text, context): Currency =>
    isCurrency(text) ? text : fail(context, "unknown_currency", "A currency is an ISO 4217 code in capitals."),
  )
  .openapi({ type: "string", example: "USD" });

/** A name the caller gives an object, to address it by. */
export const keySchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,127}$/, "A key is 1 to 128 letters, digits and _ . @ -, and begins with a letter or digit.")
  .openapi({ example: "api_calls" });

/** What people read. Control characters and broken Unicode are refused; everything else is kept as it is. */
export const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(200)
  // eslint-disable-next-line no-control-regex
  .refine((text) => text.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(text), "A name has printable characters only.")
  .openapi({ example: "API calls" });

export const emailSchema = z
  .string()
  .max(254)
  .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "An e-mail address.")
  .openapi({ example: "billing@example.com" });

/** An id or a key in a path or a body. */
export const referenceSchema = z.string().min(1).max(255).openapi({ example: "pro" });

/** Minor units: cents for USD, whole yen for JPY. */
export const minorUnitsSchema = z.int().openapi({ description: "Minor units of the currency", example: 1999 });

/** A whole number in a query, written in plain digits. */
export const wholeNumberQuery = ({ min, max, otherwise }: { min: number; max: number; otherwise: number }) =>
  z
    .string()
    .transform((text, context): number => {
      if (!/^-?\d{1,15}$/.test(text)) return fail(context, "wrong_type", "A whole number, in digits.");
      const value = Number(text);
      return value < min || value > max ? fail(context, "out_of_range", `A number from ${min} to ${max}.`) : value;
    })
    .default(otherwise)
    .openapi({ type: "integer", minimum: min, maximum: max, default: otherwise });

/** A list in a query: commas, or the parameter several times. */
export const listSchema = (most: number) =>
  z
    .string()
    .transform((text, context): string[] => {
      const parts = text.split(",").map((part) => part.trim());
      if (parts.some((part) => part === "" || part.length > 255))
        return fail(context, "invalid_value", "An entry has 1 to 255 characters.");
      return parts.length > most ? fail(context, "out_of_range", `At most ${most} entries are allowed.`) : parts;
    })
    .openapi({ type: "string", description: "Several: with commas, or the parameter repeated" });

/** A local day or an instant, told apart by the T between date and time, so that a refusal speaks of what was meant. */
export const dayOrInstantSchema = z.string().transform((text, context): CalendarDate | Instant => {
  const parsed = /[Tt]/.test(text) ? instantSchema.safeParse(text) : calendarDateSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return fail(context, issue?.code === "custom" ? String(issue.params?.["code"]) : "invalid_value", issue?.message ?? "Not a day.");
});
