import { expect } from "vitest";
import { type Answer, made } from "#test/support/http";
import { BACKFILL_RANGE, CLOCK_AT, USAGE_AT, type World } from "#test/support/prepared-world";

/** One request that must succeed. A body that is not JSON is a text with its content type. */
export type Example = {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type RouteExample = {
  /** Builds the request from what the world has; what the call uses up, it makes first (`world.draftPlan()`). */
  readonly request: (world: World) => Example | Promise<Example>;
  /** The answer lists items: a bad field is told in its item, not in a problem. */
  readonly perItem?: true;
  /**
   * Only where naming what is not there is no error: what is answered then, by the place of the name. Everywhere else an
   * unknown name, and so one of another environment, must be a 404 or a 422 that points at it.
   */
  readonly unknown?: Readonly<Record<string, (answer: Answer) => void>>;
};

const notEntitled = ({ status, json }: Answer): void => {
  expect({ status, json }).toMatchObject({
    status: 200,
    json: { allowed: false, code: expect.stringMatching(/^(feature_unknown|not_entitled)$/) },
  });
};
const keptUnmatched = ({ status, json }: Answer): void => {
  expect({ status, json }).toMatchObject({ status: 200, json: { accepted: 1, unmatched: 1, results: [{ unmatched: "customer" }] } });
};

const noSuchEvent = ({ status, json }: Answer): void => {
  expect({ status, json }).toMatchObject({ status: 422, json: { rejected: 1, results: [{ code: "event_not_found" }] } });
};
const nothingListed = ({ status, json }: Answer): void => {
  expect({ status, json }).toEqual({ status: 200, json: { data: [], next_cursor: null } });
};

/**
 * A valid request for every operation of the OpenAPI document, by operationId. A new route needs one entry here: places that
 * name something of the world are found by the suite itself.
 */
export const routeExamples: Readonly<Record<string, RouteExample>> = {
  createOrganization: { request: (world) => ({ body: { name: world.fresh() } }) },
  createEnvironment: { request: (world) => ({ body: { kind: "sandbox", key: world.fresh(), name: "Another sandbox" } }) },
  listEnvironments: { request: () => ({}) },
  createApiKey: { request: () => ({ body: { name: "Reader", scopes: ["read"] } }) },
  listApiKeys: { request: () => ({ query: { limit: "10" } }) },
  revokeApiKey: { request: async (world) => ({ path: { api_key: (await world.apiKey()).id } }) },
  getClock: { request: () => ({}) },
  advanceClock: {
    // A subscription begins on the way, so there is something to do.
    request: async (world) => {
      const seconds = (after: number): string => new Date(Date.parse(CLOCK_AT) + after * 1_000).toISOString();
      await world.subscription({ start_at: seconds(30) });
      return { body: { to: seconds(60) } };
    },
  },
  createMeter: { request: (world) => ({ body: { key: world.fresh(), name: "Calls", event_type: "call", aggregation: "count" } }) },
  listMeters: { request: () => ({ query: { limit: "10" } }) },
  getMeter: { request: ({ shared }) => ({ path: { meter: shared.meter.id } }) },
  evaluateMeter: {
    request: () => ({
      body: {
        definition: { event_type: "call", aggregation: "sum", value_property: "tokens" },
        events: [{ properties: { tokens: 3 } }],
        time_zone: "UTC",
      },
    }),
  },
  changeMeter: { request: async (world) => ({ path: { meter: (await world.meter()).key }, body: { name: "Calls to us", unit: "call" } }) },
  archiveMeter: { request: async (world) => ({ path: { meter: (await world.meter()).id } }) },
  unarchiveMeter: {
    request: async (world) => {
      const { key } = await world.meter();
      await made(world.adminKey, `/v1/meters/${key}/archive`);
      return { path: { meter: key } };
    },
  },
  listEventTypes: { request: () => ({ query: { limit: "10" } }) },
  queryMeter: {
    request: ({ shared }) => ({
      path: { meter: shared.meter.key },
      query: { customer: shared.customer.key, from: "2026-03-01", to: "2026-04-01" },
    }),
  },
  listMeterGroups: { request: ({ shared }) => ({ path: { customer: shared.customer.key } }) },
  createFeature: {
    request: (world) => ({ body: { key: world.fresh(), name: "Tokens", type: "metered", meter: world.shared.meter.key } }),
  },
  listFeatures: { request: () => ({ query: { limit: "10" } }) },
  createProduct: { request: (world) => ({ body: { key: world.fresh(), name: "API" } }) },
  listProducts: { request: () => ({ query: { limit: "10" } }) },
  createPlan: { request: (world) => ({ body: world.planBody() }) },
  listPlans: { request: () => ({ query: { limit: "10" } }) },
  getPlan: { request: ({ shared }) => ({ path: { plan: shared.plan.id } }) },
  publishPlan: { request: async (world) => ({ path: { plan: (await world.draftPlan()).id } }) },
  createCustomer: {
    request: (world) => ({ body: { key: world.fresh(), name: "Ada Ltd", billing_address: { line1: "1 Main Street", country: "GB" } } }),
  },
  listCustomers: { request: () => ({ query: { limit: "10" } }) },
  getCustomer: { request: ({ shared }) => ({ path: { customer: shared.customer.id } }) },
  assignSubject: { request: (world) => ({ path: { customer: world.shared.customer.key }, body: { subject: world.fresh() } }) },
  listSubjects: { request: ({ shared }) => ({ path: { customer: shared.customer.id }, query: { limit: "10" } }) },
  endSubject: {
    request: async (world) => ({
      path: { customer: world.shared.customer.key, subject: await world.subject() },
      body: { at: "2026-04-01T00:00:00Z" },
    }),
  },
  listUsageArchives: { request: ({ shared }) => ({ path: { customer: shared.customer.key } }) },
  createUsageArchive: {
    request: async (world) => {
      const { customer, month } = await world.restoredMonth();
      return { path: { customer }, body: { month } };
    },
  },
  restoreUsageArchive: {
    request: async (world) => ({ path: { customer: world.shared.customer.key, month: await world.archivedMonth() } }),
  },
  rebuildUsageRollups: { request: ({ shared }) => ({ body: { customer: shared.customer.key } }) },
  streamUsage: {
    request: ({ shared }) => ({ path: { customer: shared.customer.key }, headers: { accept: "text/event-stream" } }),
  },
  getUpcomingInvoice: { request: ({ shared }) => ({ path: { customer: shared.customer.key } }) },
  createSubscription: {
    request: async (world) => ({
      body: {
        customer: (await world.customer()).key,
        plan: world.shared.plan.key,
        billing_anchor: { day: 15 },
        quantities: { seats: "3" },
      },
    }),
  },
  listSubscriptions: { request: ({ shared }) => ({ query: { customer: shared.customer.key } }) },
  getSubscription: { request: ({ shared }) => ({ path: { subscription: shared.subscription.id } }) },
  changeSubscription: {
    request: async (world) => ({
      path: { subscription: (await world.subscription()).id },
      body: { plan: world.shared.plan.key, quantities: { seats: "4" } },
    }),
  },
  cancelSubscription: {
    request: async (world) => ({ path: { subscription: (await world.subscription()).id }, body: { effective: "period_end" } }),
  },
  recordUsage: {
    request: (world) => ({ body: world.event({ id: world.fresh(), subscription: world.shared.subscription.id }) }),
    perItem: true,
    unknown: {
      "/body/customer": keptUnmatched,
      "/body/subscription": ({ status, json }) =>
        expect({ status, json }).toMatchObject({ status: 422, json: { rejected: 1, results: [{ code: "subscription_unknown" }] } }),
    },
  },
  voidEvents: {
    request: async (world) => ({ body: { customer: world.shared.customer.key, id: await world.recordedEvent() } }),
    unknown: { "/body/customer": noSuchEvent },
  },
  amendEvents: {
    request: async (world) => ({
      body: { customer: world.shared.customer.key, id: await world.recordedEvent(), properties: { tokens: 5 }, reason: "a better count" },
    }),
    unknown: { "/body/customer": noSuchEvent },
  },
  listEvents: {
    request: ({ shared }) => ({ query: { customer: shared.customer.key, status: "counted" } }),
    unknown: { "/query/customer": nothingListed },
  },
  getEvent: {
    request: async (world) => ({ path: { event: await world.recordedEvent() }, query: { customer: world.shared.customer.key } }),
  },
  openBackfill: { request: ({ shared }) => ({ body: { ...BACKFILL_RANGE, customers: [shared.customer.key], mode: "replace" } }) },
  loadBackfill: {
    request: async (world) => ({ path: { backfill: await world.backfill() }, body: world.event({ id: world.fresh(), time: USAGE_AT }) }),
    perItem: true,
    unknown: {
      "/body/customer": ({ status, json }) =>
        expect({ status, json }).toMatchObject({ status: 422, json: { rejected: 1, results: [{ code: "outside_backfill" }] } }),
    },
  },
  closeBackfill: { request: async (world) => ({ path: { backfill: await world.loadedBackfill() } }) },
  revertBackfill: { request: async (world) => ({ path: { backfill: await world.loadedBackfill() } }) },
  listBackfills: { request: () => ({ query: { limit: "10" } }) },
  getBackfill: { request: async (world) => ({ path: { backfill: await world.loadedBackfill() } }) },
  listBackfillCustomers: { request: async (world) => ({ path: { backfill: await world.loadedBackfill() } }) },
  listUnmatchedUsage: { request: () => ({ query: { limit: "10" } }) },
  checkEntitlement: {
    request: ({ shared }) => ({ body: { customer: shared.customer.key, feature: shared.metered.key, quantity: "2" } }),
    unknown: { "/body/customer": notEntitled, "/body/feature": notEntitled },
  },
  listEntitlements: { request: ({ shared }) => ({ path: { customer: shared.customer.key } }) },
  getEntitlement: { request: ({ shared }) => ({ path: { customer: shared.customer.key, feature: shared.metered.key } }) },
  listInvoices: { request: ({ shared }) => ({ query: { customer: shared.customer.key, status: "paid" } }) },
  getInvoice: { request: async (world) => ({ path: { invoice: await world.draftInvoice() } }) },
  issueInvoice: { request: async (world) => ({ path: { invoice: await world.draftInvoice() } }) },
  voidInvoice: { request: async (world) => ({ path: { invoice: await world.issuedInvoice() } }) },
  payInvoice: {
    request: async (world) => ({ path: { invoice: await world.issuedInvoice() }, body: { provider: "manual", method: "transfer 17" } }),
  },
  listPayments: { request: async (world) => ({ path: { invoice: await world.issuedInvoice() } }) },
  listDeadLetters: { request: () => ({ query: { limit: "10" } }) },
  replayDeadLetter: { request: async (world) => ({ path: { dead_letter: await world.deadLetter() } }) },
};

/** The example of an operation; a route without one fails here, so that none escapes the suite. */
export function exampleOf(operationId: string): RouteExample {
  const example = routeExamples[operationId];
  if (example === undefined) {
    throw new Error(`The operation ${operationId} has no example: add one to routeExamples in test/support/route-examples.ts`);
  }
  return example;
}
