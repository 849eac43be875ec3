import { z } from "@hono/zod-openapi";
import type { CreatedEnvironment } from "#actions/environments/create-environment";
import type { Bootstrapped } from "#actions/organizations/bootstrap-organization";
import type { ApiKey } from "#domain/tenancy/api-key";
import type { Environment } from "#domain/tenancy/environment";
import { scopes } from "#domain/tenancy/scope";
import { formatInstant } from "#domain/time/instant";
import { instantSchema, keySchema, nameSchema } from "#worker/schemas/scalars";

export const organizationInput = z.strictObject({ name: nameSchema }).openapi("OrganizationInput");

export const environmentInput = z
  .strictObject({
    kind: z.literal("sandbox"),
    key: keySchema,
    name: nameSchema,
    clock_at: instantSchema.optional().openapi({ description: "Where its clock begins. Default: now" }),
  })
  .openapi("EnvironmentInput");

export const environmentSchema = z
  .object({
    object: z.literal("environment"),
    id: z.string(),
    kind: z.enum(["live", "sandbox"]),
    key: z.string(),
    name: z.string(),
    clock_at: z.string().nullable(),
  })
  .openapi("Environment");

export const apiKeySchema = z
  .object({
    object: z.literal("api_key"),
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(scopes)),
    last_four: z.string(),
    created_at: z.string(),
    expires_at: z.string().nullable(),
    revoked_at: z.string().nullable(),
    key: z.string().nullable().openapi({ description: "The secret. Only in the answer that creates the key; null ever after" }),
  })
  .openapi("ApiKey");

export const createdEnvironmentSchema = z.object({ environment: environmentSchema, api_key: apiKeySchema });

export const apiKeyInput = z
  .strictObject({
    name: nameSchema,
    scopes: z
      .array(z.enum(scopes))
      .min(1)
      .max(5)
      .refine((held) => new Set(held).size === held.length, { message: "A scope stands once.", params: { code: "repeated" } }),
    expires_at: instantSchema.optional(),
  })
  .openapi("ApiKeyInput");

export function environmentToWire({ id, kind, key, name, clockAt }: Environment): z.output<typeof environmentSchema> {
  return { object: "environment", id, kind, key, name, clock_at: clockAt === null ? null : formatInstant(clockAt) };
}

export function apiKeyToWire(key: ApiKey, secret: string | null): z.output<typeof apiKeySchema> {
  const timeOf = (at: number | null): string | null => (at === null ? null : formatInstant(at));
  return {
    object: "api_key",
    id: key.id,
    name: key.name,
    scopes: [...key.scopes],
    last_four: key.lastFour,
    created_at: formatInstant(key.createdAt),
    expires_at: timeOf(key.expiresAt),
    revoked_at: timeOf(key.revokedAt),
    key: secret,
  };
}

export function createdEnvironmentToWire({ environment, apiKey, secret }: CreatedEnvironment): z.output<typeof createdEnvironmentSchema> {
  return { environment: environmentToWire(environment), api_key: apiKeyToWire(apiKey, secret) };
}

export const bootstrappedSchema = z.object({
  organization: z.object({ id: z.string(), name: z.string() }),
  environments: z.array(createdEnvironmentSchema),
});

export function bootstrappedToWire({ organization, environments }: Bootstrapped): z.output<typeof bootstrappedSchema> {
  return { organization, environments: environments.map(createdEnvironmentToWire) };
}

/** A stored answer keeps no secret: a repeat says that the key was made, and no more. */
export function withoutSecret(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withoutSecret);
  if (body === null || typeof body !== "object") return body;
  const isKey = "object" in body && body.object === "api_key";
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, isKey && name === "key" ? null : withoutSecret(value)]));
}
