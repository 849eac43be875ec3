import { z } from "@hono/zod-openapi";
import { createCustomer } from "#actions/customers/create-customer";
import { upcomingInvoice } from "#actions/invoices/upcoming-invoice";
import { ok, refuse } from "#domain/result";
import { findCustomer, listCustomers } from "#storage/queries/customers";
import { type App, route } from "#worker/route";
import { customerInput, customerSchema, customerToWire } from "#worker/schemas/customers";
import { upcomingSchema, upcomingToWire } from "#worker/schemas/invoices";
import { listOf, listQuery, pageRequest, pageToWire } from "#worker/schemas/list";
import { referenceSchema } from "#worker/schemas/scalars";

/** Who pays. */
export function customerRoutes(app: App): void {
  const tag = "Customers";
  const params = z.object({ customer: referenceSchema });
  route(app, {
    method: "post",
    path: "/v1/customers",
    operationId: "createCustomer",
    tag,
    summary: "Create a customer",
    scope: "write",
    changes: true,
    body: customerInput,
    responses: {
      201: {
        description: "The customer",
        schema: customerSchema,
      },
    },
    run: ({ context, body }) => createCustomer(context, body),
    answer: (customer) => ({
      status: 201,
      body: customerToWire(customer),
    }),
  });
  route(app, {
    method: "get",
    path: "/v1/customers",
    operationId: "listCustomers",
    tag,
    summary: "List customers",
    scope: "read",
    changes: false,
    query: z.strictObject(listQuery),
    responses: {
      200: {
        description: "A page of customers",
        schema: listOf(customerSchema),
      },
    },
    run: async ({ context, query }) => ok(await listCustomers(context.db, context.environment.id, pageRequest(query))),
    answer: (page) => ({
      status: 200,
      body: pageToWire(page, customerToWire),
    }),
  });
  route(app, {
    method: "get",
    path: "/v1/customers/{customer}",
    operationId: "getCustomer",
    tag,
    summary: "Get a customer",
    scope: "read",
    changes: false,
    params,
    responses: {
      200: {
        description: "The customer",
        schema: customerSchema,
      },
    },
    run: async ({ context, params: { customer } }) => {
      const found = await findCustomer(context.db, context.environment.id, customer);
      return found === null ? refuse("not_found", "There is no such customer.") : ok(found);
    },
    answer: (customer) => ({
      status: 200,
      body: customerToWire(customer),
    }),
  });
  route(app, {
    method: "get",
    path: "/v1/customers/{customer}/upcoming-invoice",
    operationId: "getUpcomingInvoice",
    tag,
    summary: "The bill so far, exact to the last event",
    scope: "read",
    changes: false,
    params,
    responses: {
      200: {
        description: "What would be billed if every open period closed now",
        schema: upcomingSchema,
      },
    },
    run: ({ context, params: { customer } }) => upcomingInvoice(context, { customer }),
    answer: (upcoming) => ({
      status: 200,
      body: upcomingToWire(upcoming),
    }),
  });
}
