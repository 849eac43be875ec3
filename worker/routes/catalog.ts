import { z } from "@hono/zod-openapi";
import { createFeature } from "#actions/catalog/create-feature";
import { createPlan } from "#actions/catalog/create-plan";
import { createProduct } from "#actions/catalog/create-product";
import { publishPlan } from "#actions/catalog/publish-plan";
import { ok, refuse } from "#domain/result";
import { findPlan, listFeatures, listPlans, listProducts } from "#storage/queries/catalog";
import { type App, route } from "#worker/route";
import {
  featureInput,
  featureSchema,
  featureToWire,
  planInput,
  planSchema,
  planToWire,
  productInput,
  productSchema,
  productToWire,
} from "#worker/schemas/catalog";
import { listOf, listQuery, pageRequest, pageToWire } from "#worker/schemas/list";
import { referenceSchema } from "#worker/schemas/scalars";

const list = z.strictObject(listQuery);

/** What is sold and granted. */
export function catalogRoutes(app: App): void {
  features(app);
  products(app);
  plans(app);
}

function features(app: App): void {
  const tag = "Features";
  route(app, {
    method: "post",
    path: "/v1/features",
    operationId: "createFeature",
    tag,
    summary: "Create a feature",
    scope: "write",
    changes: true,
    body: featureInput,
    responses: {
      201: {
        description: "The feature",
        schema: featureSchema,
      },
    },
    run: ({ context, body }) => createFeature(context, body),
    answer: (feature) => ({
      status: 201,
      body: featureToWire(feature),
    }),
  });
  route(app, {
    method: "get",
    path: "/v1/features",
    operationId: "listFeatures",
    tag,
    summary: "List features",
    scope: "read",
    changes: false,
    query: list,
    responses: {
      200: {
        description: "A page of features",
        schema: listOf(featureSchema),
      },
    },
    run: async ({ context, query }) => ok(await listFeatures(context.db, context.environment.id, pageRequest(query))),
    answer: (page) => ({
      status: 200,
      body: pageToWire(page, featureToWire),
    }),
  });
}

function products(app: App): void {
  const tag = "Products";
  route(app, {
    method: "post",
    path: "/v1/products",
    operationId: "createProduct",
    tag,
    summary: "Create a product",
    scope: "write",
    changes: true,
    body: productInput,
    responses: {
      201: {
        description: "The product",
        schema: productSchema,
      },
    },
    run: ({ context, body }) => createProduct(context, body),
    answer: (product) => ({
      status: 201,
      body: productToWire(product),
    }),
  });
  route(app, {
    method: "get",
    path: "/v1/products",
    operationId: "listProducts",
    tag,
    summary: "List products",
    scope: "read",
    changes: false,
    query: list,
    responses: {
      200: {
        description: "A page of products",
        schema: listOf(productSchema),
      },
    },
    run: async ({ context, query }) => ok(await listProducts(context.db, context.environment.id, pageRequest(query))),
    answer: (page) => ({
      status: 200,
      body: pageToWire(page, productToWire),
    }),
  });
}

function plans(app: App): void {
  const tag = "Plans";
  const params = z.object({ plan: referenceSchema });
  route(app, {
    method: "post",
    path: "/v1/plans",
    operationId: "createPlan",
    tag,
    summary: "Create a plan as a draft",
    scope: "write",
    changes: true,
    body: planInput,
    responses: {
      201: {
        description: "The plan with its first version",
        schema: planSchema,
      },
    },
    run: ({ context, body }) => createPlan(context, body),
    answer: (plan) => ({
      status: 201,
      body: planToWire(plan),
    }),
  });
  route(app, {
    method: "get",
    path: "/v1/plans",
    operationId: "listPlans",
    tag,
    summary: "List plans with their latest version",
    scope: "read",
    changes: false,
    query: list,
    responses: {
      200: {
        description: "A page of plans",
        schema: listOf(planSchema),
      },
    },
    run: async ({ context, query }) => ok(await listPlans(context.db, context.environment.id, pageRequest(query))),
    answer: (page) => ({
      status: 200,
      body: pageToWire(page, planToWire),
    }),
  });
  route(app, {
    method: "get",
    path: "/v1/plans/{plan}",
    operationId: "getPlan",
    tag,
    summary: "Get a plan with its latest version",
    scope: "read",
    changes: false,
    params,
    responses: {
      200: {
        description: "The plan",
        schema: planSchema,
      },
    },
    run: async ({ context, params: { plan } }) => {
      const found = await findPlan(context.db, context.environment.id, plan);
      return found === null ? refuse("not_found", "There is no such plan.") : ok(found.version);
    },
    answer: (plan) => ({
      status: 200,
      body: planToWire(plan),
    }),
  });
  route(app, {
    method: "post",
    path: "/v1/plans/{plan}/publish",
    operationId: "publishPlan",
    tag,
    summary: "Publish the latest version; it never changes again",
    scope: "write",
    changes: true,
    params,
    responses: {
      200: {
        description: "The published plan",
        schema: planSchema,
      },
    },
    run: ({ context, params: { plan } }) => publishPlan(context, { plan }),
    answer: (plan) => ({
      status: 200,
      body: planToWire(plan),
    }),
  });
}
