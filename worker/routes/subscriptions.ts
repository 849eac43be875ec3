import { z } from "@hono/zod-openapi";
import { cancelSubscription } from "#actions/subscriptions/cancel-subscription";
import { changeSubscription } from "#actions/subscriptions/change-subscription";
import { createSubscription } from "#actions/subscriptions/create-subscription";
import { viewSubscription, viewSubscriptions } from "#actions/subscriptions/view-subscription";
import { ok, refuse } from "#domain/result";
import { findCustomer } from "#storage/queries/customers";
import { findSubscription, listSubscriptions } from "#storage/queries/subscriptions";
import { type App, route } from "#worker/route";
import { lineSchema, lineToWire } from "#worker/schemas/invoices";
import { listOf, listQuery, pageRequest, pageToWire } from "#worker/schemas/list";
import { referenceSchema } from "#worker/schemas/scalars";
import { cancelInput, changeInput, subscriptionInput, subscriptionSchema, subscriptionToWire } from "#worker/schemas/subscriptions";

/** Agreements of customers to plans. */
export function subscriptionRoutes(app: App): void {
  const tag = "Subscriptions";
  const params = z.object({ subscription: referenceSchema });
  route(app, {
    method: "post",
    path: "/v1/subscriptions",
    operationId: "createSubscription",
    tag,
    summary: "Subscribe a customer to a plan",
    scope: "write",
    changes: true,
    previews: true,
    body: subscriptionInput,
    responses: {
      201: {
        description: "The subscription",
        schema: subscriptionSchema,
      },
    },
    run: ({ context, body }) => createSubscription(context, body),
    answer: (view, now) => ({
      status: 201,
      body: subscriptionToWire(view, now),
    }),
  });
  route(app, {
    method: "get",
    path: "/v1/subscriptions",
    operationId: "listSubscriptions",
    tag,
    summary: "List subscriptions, newest first",
    scope: "read",
    changes: false,
    query: z.strictObject({
      ...listQuery,
      customer: referenceSchema.optional().openapi({ description: "Only of this customer (id or key)" }),
    }),
    responses: {
      200: {
        description: "A page of subscriptions",
        schema: listOf(subscriptionSchema),
      },
    },
    run: async ({ context, query }) => {
      const owner = query.customer === undefined ? null : await findCustomer(context.db, context.environment.id, query.customer);
      if (query.customer !== undefined && owner === null) return refuse("not_found", "There is no such customer.");
      const page = await listSubscriptions(context.db, context.environment.id, {
        ...pageRequest(query),
        customerId: owner?.id ?? null,
      });
      return ok({ ...page, data: await viewSubscriptions(context, page.data) });
    },
    answer: (page, now) => ({
      status: 200,
      body: pageToWire(page, (view) => subscriptionToWire(view, now)),
    }),
  });
  route(app, {
    method: "get",
    path: "/v1/subscriptions/{subscription}",
    operationId: "getSubscription",
    tag,
    summary: "Get a subscription",
    scope: "read",
    changes: false,
    params,
    responses: {
      200: {
        description: "The subscription",
        schema: subscriptionSchema,
      },
    },
    run: async ({ context, params: { subscription } }) => {
      const found = await findSubscription(context.db, context.environment.id, subscription);
      return found === null ? refuse("not_found", "There is no such subscription.") : ok(await viewSubscription(context, found));
    },
    answer: (view, now) => ({
      status: 200,
      body: subscriptionToWire(view, now),
    }),
  });
  route(app, {
    method: "post",
    path: "/v1/subscriptions/{subscription}/change",
    operationId: "changeSubscription",
    tag,
    summary: "Change plan or quantities now",
    scope: "write",
    changes: true,
    previews: true,
    params,
    body: changeInput,
    responses: {
      200: {
        description: "The subscription and the lines the change makes due",
        schema: z.object({
          subscription: subscriptionSchema,
          lines: z.array(lineSchema),
        }),
      },
    },
    run: ({ context, params: { subscription }, body: { plan, quantities, at, billing } }) =>
      changeSubscription(context, {
        subscription,
        plan: plan ?? null,
        quantities: quantities ?? null,
        at: at ?? null,
        billing,
      }),
    answer: ({ lines, ...view }, now) => ({
      status: 200,
      body: {
        subscription: subscriptionToWire(view, now),
        lines: lines.map(lineToWire),
      },
    }),
  });
  route(app, {
    method: "post",
    path: "/v1/subscriptions/{subscription}/cancel",
    operationId: "cancelSubscription",
    tag,
    summary: "Cancel at the end of the period",
    scope: "write",
    changes: true,
    previews: true,
    params,
    body: cancelInput,
    responses: {
      200: {
        description: "The subscription with its end",
        schema: subscriptionSchema,
      },
    },
    run: ({ context, params: { subscription } }) => cancelSubscription(context, { subscription }),
    answer: (view, now) => ({
      status: 200,
      body: subscriptionToWire(view, now),
    }),
  });
}
