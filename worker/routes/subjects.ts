import { z } from "@hono/zod-openapi";
import { assignSubject } from "#actions/subjects/assign-subject";
import { endSubject } from "#actions/subjects/end-subject";
import { ok, refuse } from "#domain/result";
import { findCustomer } from "#storage/queries/customers";
import { listSubjects } from "#storage/queries/subjects";
import { type App, route } from "#worker/route";
import { listOf, listQuery, pageRequest, pageToWire } from "#worker/schemas/list";
import { referenceSchema } from "#worker/schemas/scalars";
import { subjectEnd, subjectInput, subjectSchema, subjectToWire } from "#worker/schemas/subjects";

/** Whose usage it is, where events name something else than the customer. */
export function subjectRoutes(app: App): void {
  const tag = "Subjects";
  const params = z.object({ customer: referenceSchema });
  route(app, {
    method: "post",
    path: "/v1/customers/{customer}/subjects",
    operationId: "assignSubject",
    tag,
    summary: "Give a subject to a customer, from an instant on; usage kept of it is replayed",
    scope: "write",
    changes: true,
    previews: true,
    params,
    body: subjectInput,
    responses: { 201: { description: "The subject", schema: subjectSchema } },
    run: ({ context, params: { customer }, body: { subject, from } }) => assignSubject(context, { customer, subject, from: from ?? null }),
    answer: (subject) => ({ status: 201, body: subjectToWire(subject) }),
  });
  route(app, {
    method: "get",
    path: "/v1/customers/{customer}/subjects",
    operationId: "listSubjects",
    tag,
    summary: "The subjects a customer has and had",
    scope: "read",
    changes: false,
    params,
    query: z.strictObject(listQuery),
    responses: { 200: { description: "A page of subjects", schema: listOf(subjectSchema) } },
    run: async ({ context, params, query }) => {
      const customer = await findCustomer(context.db, context.environment.id, params.customer);
      if (customer === null) return refuse("not_found", "There is no such customer.");
      return ok(await listSubjects(context.db, context.environment.id, { ...pageRequest(query), customer: customer.id }));
    },
    answer: (page) => ({ status: 200, body: pageToWire(page, subjectToWire) }),
  });
  route(app, {
    method: "post",
    path: "/v1/customers/{customer}/subjects/{subject}/end",
    operationId: "endSubject",
    tag,
    summary: "Take a subject from a customer; later usage of it is kept until somebody has it",
    scope: "write",
    changes: true,
    previews: true,
    params: z.object({ customer: referenceSchema, subject: referenceSchema }),
    body: subjectEnd,
    responses: { 200: { description: "The subject with its end", schema: subjectSchema } },
    run: ({ context, params: { customer, subject }, body: { at } }) => endSubject(context, { customer, subject, at: at ?? null }),
    answer: (subject) => ({ status: 200, body: subjectToWire(subject) }),
  });
}
