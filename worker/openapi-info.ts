/** What the OpenAPI document says about the API as a whole. */
export const openApiInfo = {
  openapi: "3.1.0",
  info: {
    title: "Tollgate",
    version: "2026-11-01",
    description:
      "Billing and monetisation at the edge. Money is an integer of minor units beside its currency; prices, rates and quantities are decimal strings; times are RFC 3339 in UTC; periods contain their start and not their end. Every POST that changes state takes an Idempotency-Key.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  servers: [{ url: "/" }],
};
