import { z } from "@hono/zod-openapi";
import type { ViewedEvent } from "#actions/usage/view-event";
import { formatInstant } from "#domain/time/instant";
import type { LoggedEvent } from "#objects/usage-calls";
import { billEffectSchema, invoiceReference, periodSchema, periodToWire, referenceTo } from "#worker/schemas/bill-effects";

const text = z.string().max(255);
const time = z.string().openapi({ format: "date-time" });
const properties = z.record(z.string(), z.unknown());

const event = z
  .strictObject({
    id: text.openapi({ description: "Yours; with `source` it identifies the event for ever" }),
    source: text.optional().openapi({ description: "Default: the id of the API key" }),
    type: text,
    customer: text.optional().openapi({ description: "The customer's key (its id works too)" }),
    subject: text.optional().openapi({ description: "In place of `customer`: a subject that belongs to one" }),
    time: time.optional().openapi({ description: "When it happened; default now" }),
    properties: properties.optional(),
    data: properties.optional().openapi({ description: "Another name of `properties`" }),
    subscription: z.string().optional().openapi({ description: "Count for this subscription only" }),
  })
  .openapi("UsageEvent");

export const eventsInputSchema = z.union([event, z.array(event).max(10_000)]);

const problem = z.object({ meter: z.string(), code: z.string(), detail: z.string() });
const unmatched = z.enum(["customer", "type", "value"]);

export const eventsAnswerSchema = z
  .object({
    accepted: z.int(),
    duplicates: z.int(),
    conflicts: z.int(),
    rejected: z.int(),
    unavailable: z.int(),
    unmatched: z.int().openapi({ description: "Of the accepted: kept, and counted when what is missing appears" }),
    results: z.array(
      z.object({
        index: z.int(),
        id: z.string().nullable(),
        status: z.enum(["accepted", "duplicate", "conflict", "rejected", "unavailable"]),
        code: z.string().optional(),
        detail: z.string().optional(),
        path: z.string().optional(),
        unmatched: unmatched.optional(),
        problems: z.array(problem).optional().openapi({ description: "Meters that cannot read the event's value" }),
        subscription: z.string().optional(),
      }),
    ),
    effects: z.array(billEffectSchema).optional().openapi({ description: "Of a preview: what the events would change on bills" }),
  })
  .openapi("EventResults");

export const eventStatuses = ["counted", "unmatched", "voided", "superseded", "staged", "reverted"] as const;

const logged = {
  object: z.literal("event"),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  customer: z.string(),
  time,
  received_at: time,
  status: z.enum(eventStatuses),
  unmatched: unmatched.nullable(),
  amended: z.boolean(),
  backfill: z.string().nullable(),
  subscription: z.string().nullable(),
  properties,
};

export const eventSchema = z.object(logged).openapi("Event");

export const eventTraceSchema = z
  .object({
    ...logged,
    history: z.array(
      z.object({
        at: time,
        action: z.enum(["received", "amended", "voided"]),
        reason: z.string().nullable(),
        type: z.string().nullable(),
        time: time.nullable(),
        properties: properties.nullable(),
      }),
    ),
    counted: z
      .array(
        z.object({
          meter: z.string(),
          group: z.record(z.string(), z.string().nullable()),
          value: z.string(),
          subscription: z.string().nullable(),
          period: periodSchema.nullable(),
          invoice: invoiceReference,
        }),
      )
      .openapi({ description: "What it did: one entry per meter that counts it" }),
    problems: z.array(problem),
  })
  .openapi("EventTrace");

export function eventToWire(
  customer: string,
  { event, receivedAt, status, unmatched, amended, backfill }: LoggedEvent,
): z.output<typeof eventSchema> {
  return {
    object: "event",
    id: event.id,
    source: event.source,
    type: event.type,
    customer,
    time: formatInstant(event.time),
    received_at: formatInstant(receivedAt),
    status,
    unmatched,
    amended,
    backfill,
    subscription: event.subscription,
    properties: event.properties,
  };
}

export function eventTraceToWire({ customer, trace, invoices }: ViewedEvent): z.output<typeof eventTraceSchema> {
  return {
    ...eventToWire(customer, trace),
    history: trace.history.map(({ at, action, reason, event }) => ({
      at: formatInstant(at),
      action,
      reason,
      type: event?.type ?? null,
      time: event && formatInstant(event.time),
      properties: event?.properties ?? null,
    })),
    counted: trace.counted.map(({ meter, group, value, subscription, window, invoice }) => ({
      meter,
      group,
      value,
      subscription,
      period: window && periodToWire(window),
      invoice: referenceTo(invoice === null ? null : (invoices.get(invoice) ?? null)),
    })),
    problems: trace.problems.map(({ meter, code, detail }) => ({ meter, code, detail })),
  };
}
