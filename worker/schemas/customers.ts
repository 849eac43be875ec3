import { z } from "@hono/zod-openapi";
import type { CreateCustomer } from "#actions/customers/create-customer";
import type { Address, Customer } from "#domain/customers/customer";
import { subjectText } from "#worker/schemas/subjects";
import { currencySchema, emailSchema, keySchema, nameSchema, zoneSchema } from "#worker/schemas/scalars";

const regions = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"] as const;
const line = nameSchema.nullable().optional();

export const addressInput = z
  .strictObject({
    line1: line,
    line2: line,
    city: line,
    postal_code: line,
    state: line,
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, "A country is ISO 3166-1 alpha-2.")
      .nullable()
      .optional(),
  })
  .transform(({ line1, line2, city, postal_code, state, country }): Address => ({
    line1: line1 ?? null,
    line2: line2 ?? null,
    city: city ?? null,
    postalCode: postal_code ?? null,
    state: state ?? null,
    country: country ?? null,
  }))
  .openapi("AddressInput");

export const customerInput = z
  .strictObject({
    key: keySchema.optional().openapi({ description: "Your name for the customer; never changes. Default: its id" }),
    name: nameSchema,
    email: emailSchema.optional(),
    currency: currencySchema.optional(),
    time_zone: zoneSchema.optional().openapi({ description: "Billing periods begin at midnight here. Default: the seller's zone" }),
    region: z.enum(regions).optional().openapi({ description: "Near which region the customer's ledger is first placed" }),
    billing_address: addressInput.optional(),
    subjects: z
      .array(subjectText)
      .max(100)
      .refine((subjects) => new Set(subjects).size === subjects.length, "A subject stands once.")
      .default([])
      .openapi({ description: "Names that usage events carry for this customer; each is of one customer at a time" }),
  })
  .transform(({ key, name, email, currency, time_zone, region, billing_address, subjects }): CreateCustomer => ({
    key: key ?? null,
    name,
    email: email ?? null,
    currency: currency ?? null,
    timeZone: time_zone ?? null,
    region: region ?? null,
    billingAddress: billing_address ?? null,
    subjects,
  }))
  .openapi("CustomerInput");

const text = z.string().nullable();
export const addressSchema = z
  .object({ line1: text, line2: text, city: text, postal_code: text, state: text, country: text })
  .openapi("Address");

export const customerSchema = z
  .object({
    object: z.literal("customer"),
    id: z.string(),
    key: z.string(),
    name: z.string(),
    email: text,
    currency: text,
    time_zone: z.string(),
    region: text,
    billing_address: addressSchema.nullable(),
  })
  .openapi("Customer");

export function addressToWire(address: Address | null): z.output<typeof addressSchema> | null {
  if (address === null) return null;
  const { line1, line2, city, postalCode, state, country } = address;
  return { line1, line2, city, postal_code: postalCode, state, country };
}

export function customerToWire({
  id,
  key,
  name,
  email,
  currency,
  timeZone,
  region,
  billingAddress,
}: Customer): z.output<typeof customerSchema> {
  return {
    object: "customer",
    id,
    key,
    name,
    email,
    currency,
    time_zone: timeZone,
    region,
    billing_address: addressToWire(billingAddress),
  };
}
