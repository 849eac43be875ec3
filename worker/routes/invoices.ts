import { z } from "@hono/zod-openapi";
import { issueInvoice } from "#actions/invoices/issue-invoice";
import { viewInvoice } from "#actions/invoices/view-invoice";
import { voidInvoice } from "#actions/invoices/void-invoice";
import { payInvoice } from "#actions/payments/pay-invoice";
import { renderText } from "#domain/invoices/render-text";
import { ok, refuse } from "#domain/result";
import { findCustomer } from "#storage/queries/customers";
import { findInvoice, listInvoices } from "#storage/queries/invoices";
import { paymentsOf } from "#storage/queries/payments";
import { preferredType } from "#worker/accept";
import { contextOf } from "#worker/context";
import { invoicePage } from "#worker/documents/invoice-page";
import { noQuery, readQuery } from "#worker/query";
import { admit, type App, refusal, route, sceneOf } from "#worker/route";
import { invoiceSchema, invoiceToWire, paymentSchema, paymentToWire } from "#worker/schemas/invoices";
import { listOf, listQuery, pageRequest, pageToWire } from "#worker/schemas/list";
import { referenceSchema } from "#worker/schemas/scalars";

/** What customers owe and what they paid. */
export function invoiceRoutes(app: App): void {
  const tag = "Invoices";
  const params = z.object({ invoice: referenceSchema });
  renditions(app);
  route(app, {
    method: "get",
    path: "/v1/invoices",
    operationId: "listInvoices",
    tag,
    summary: "List invoices, newest first",
    scope: "read",
    changes: false,
    query: z.strictObject({
      ...listQuery,
      customer: referenceSchema.optional(),
      status: z.enum(["draft", "issued", "paid", "void"]).optional(),
    }),
    responses: {
      200: {
        description: "A page of invoices",
        schema: listOf(invoiceSchema),
      },
    },
    run: async ({ context, query }) => {
      const owner = query.customer === undefined ? null : await findCustomer(context.db, context.environment.id, query.customer);
      if (query.customer !== undefined && owner === null) return refuse("not_found", "There is no such customer.");
      return ok(
        await listInvoices(context.db, context.environment.id, {
          ...pageRequest(query),
          customerId: owner?.id ?? null,
          status: query.status ?? null,
        }),
      );
    },
    answer: (page) => ({
      status: 200,
      body: pageToWire(page, invoiceToWire),
    }),
  });
  route(app, {
    method: "get",
    path: "/v1/invoices/{invoice}",
    operationId: "getInvoice",
    tag,
    summary: "Get an invoice as JSON, text or HTML (Accept)",
    scope: "read",
    changes: false,
    params,
    responses: {
      200: {
        description: "The invoice; a draft is computed for this look",
        schema: invoiceSchema,
      },
    },
    run: ({ context, params: { invoice } }) => viewInvoice(context, { invoice }),
    answer: (invoice) => ({
      status: 200,
      body: invoiceToWire(invoice),
    }),
  });
  route(app, {
    method: "post",
    path: "/v1/invoices/{invoice}/issue",
    operationId: "issueInvoice",
    tag,
    summary: "Issue a draft now",
    scope: "write",
    changes: true,
    params,
    responses: {
      200: {
        description: "The issued invoice",
        schema: invoiceSchema,
      },
    },
    run: ({ context, params: { invoice } }) => issueInvoice(context, { invoice }),
    answer: (invoice) => ({
      status: 200,
      body: invoiceToWire(invoice),
    }),
  });
  route(app, {
    method: "post",
    path: "/v1/invoices/{invoice}/void",
    operationId: "voidInvoice",
    tag,
    summary: "Void an issued invoice without payments",
    scope: "write",
    changes: true,
    params,
    responses: {
      200: {
        description: "The void invoice",
        schema: invoiceSchema,
      },
    },
    run: ({ context, params: { invoice } }) => voidInvoice(context, { invoice }),
    answer: (invoice) => ({
      status: 200,
      body: invoiceToWire(invoice),
    }),
  });
  route(app, {
    method: "post",
    path: "/v1/invoices/{invoice}/pay",
    operationId: "payInvoice",
    tag,
    summary: "Record a payment, or charge at a provider",
    scope: "write",
    changes: true,
    params,
    body: z
      .strictObject({
        provider: z.enum(["manual", "sandbox"]).default("manual"),
        method: z.string().min(1).max(255).optional().openapi({
          description:
            "manual: your reference of the transfer; sandbox: the outcome to play (success, decline, insufficient_funds, unknown)",
        }),
        amount: z.int().min(1).optional().openapi({ description: "Minor units; default all that is due" }),
      })
      .openapi("PayInput"),
    responses: {
      200: {
        description: "The invoice and the payment",
        schema: z.object({
          invoice: invoiceSchema,
          payment: paymentSchema,
        }),
      },
    },
    run: ({ context, params: { invoice }, body: { provider, method, amount } }) =>
      payInvoice(context, {
        invoice,
        provider,
        method: method ?? null,
        amount: amount === undefined ? null : BigInt(amount),
      }),
    answer: ({ invoice, payment }) => ({
      status: 200,
      body: {
        invoice: invoiceToWire(invoice),
        payment: paymentToWire(payment),
      },
    }),
  });
  route(app, {
    method: "get",
    path: "/v1/invoices/{invoice}/payments",
    operationId: "listPayments",
    tag,
    summary: "The payments of an invoice, newest first",
    scope: "read",
    changes: false,
    params,
    responses: {
      200: {
        description: "All attempts",
        schema: listOf(paymentSchema),
      },
    },
    run: async ({ context, params: { invoice } }) => {
      const found = await findInvoice(context.db, context.environment.id, invoice);
      return found === null
        ? refuse("not_found", "There is no such invoice.")
        : ok(await paymentsOf(context.db, context.environment.id, found.id));
    },
    answer: (payments) => ({
      status: 200,
      body: {
        data: payments.map(paymentToWire),
        next_cursor: null,
      },
    }),
  });
}

/** The same address answers text or a printable page to who asks for it. */
function renditions(app: App): void {
  app.get("/v1/invoices/:invoice", async (http, next) => {
    const type = preferredType(http.req.header("accept"), ["application/json", "text/html", "text/plain"]);
    if (type === "application/json") return next();
    const caller = await admit(http, "read");
    if (!caller.ok) return refusal(http, caller.error);
    const query = readQuery(http.req, noQuery, false);
    if (!query.ok) return refusal(http, query.error);
    const context = contextOf(sceneOf(http), caller.value.environment, { type: "api_key", id: caller.value.apiKey.id });
    const invoice = await viewInvoice(context, { invoice: http.req.param("invoice") });
    if (!invoice.ok) return refusal(http, invoice.error);
    return type === "text/html" ? http.html(invoicePage(invoice.value)) : http.text(renderText(invoice.value));
  });
}
