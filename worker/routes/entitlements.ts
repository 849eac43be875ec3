import { z } from "@hono/zod-openapi";
import { checkEntitlement, listEntitlements } from "#actions/usage/check-entitlement";
import { ok, refuse } from "#domain/result";
import { findCustomer } from "#storage/queries/customers";
import { type App, route } from "#worker/route";
import { checkInput, checkSchema, checkToWire, entitlementSchema, entitlementToWire } from "#worker/schemas/entitlements";
import { listOf } from "#worker/schemas/list";
import { referenceSchema } from "#worker/schemas/scalars";

/** May this customer do this, now? The hot path out, and all that a customer is entitled to. */
export function entitlementRoutes(app: App): void {
  const tag = "Entitlements";
  route(app, {
    method: "post",
    path: "/v1/check",
    operationId: "checkEntitlement",
    tag,
    summary: "May this customer do this, now?",
    scope: "check",
    changes: false,
    body: checkInput,
    responses: {
      200: {
        description: "The decision; a refusal is a 200 too",
        schema: checkSchema,
      },
    },
    run: async ({ context, body: { customer, feature, quantity } }) =>
      ok(
        await checkEntitlement(context, {
          customer,
          feature,
          quantity: quantity ?? "1",
        }),
      ),
    answer: (decision) => ({
      status: 200,
      body: checkToWire(decision),
    }),
  });
  const params = z.object({ customer: referenceSchema });
  route(app, {
    method: "get",
    path: "/v1/customers/{customer}/entitlements",
    operationId: "listEntitlements",
    tag,
    summary: "All that a customer is entitled to now",
    scope: "check",
    changes: false,
    params,
    responses: {
      200: {
        description: "One per feature",
        schema: listOf(entitlementSchema),
      },
    },
    run: async ({ context, params: { customer } }) => {
      const found = await findCustomer(context.db, context.environment.id, customer);
      return found === null
        ? refuse("not_found", "There is no such customer.")
        : ok(await listEntitlements(context, { customer: found.key }));
    },
    answer: ({ states }) => ({
      status: 200,
      body: {
        data: states.map(entitlementToWire),
        next_cursor: null,
      },
    }),
  });
  route(app, {
    method: "get",
    path: "/v1/customers/{customer}/entitlements/{feature}",
    operationId: "getEntitlement",
    tag,
    summary: "One entitlement",
    scope: "check",
    changes: false,
    params: z.object({
      customer: referenceSchema,
      feature: referenceSchema,
    }),
    responses: {
      200: {
        description: "The entitlement",
        schema: entitlementSchema,
      },
    },
    run: async ({ context, params: { customer, feature } }) => {
      const found = await findCustomer(context.db, context.environment.id, customer);
      const state = found && (await listEntitlements(context, { customer: found.key })).states.find((one) => one.feature === feature);
      return state ? ok(state) : refuse("not_found", "The customer has no such entitlement.");
    },
    answer: (state) => ({
      status: 200,
      body: entitlementToWire(state),
    }),
  });
}
