import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { type Api, sandbox, type WireInvoice } from "#test/support/api";
import { catalog, customer, flat, publishPlan, usage } from "#test/support/catalog";
import { calls } from "#test/support/usage";

let api: Api;
let id: string;

beforeEach(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "pro", [flat("base", "99.00"), usage("calls", "0.10", "10")]);
  await customer(api, "ada", { name: "Ada <script>alert(1)</script> & Sons", email: "ada@customer.test" });
  await api.post("/v1/subscriptions", { customer: "ada", plan: "pro" });
  await api.record(calls("ada", 25, "2026-01-01T00:00:00Z"));
  await api.advance("2026-02-02T00:00:00Z");
  id = (await api.invoices("ada"))[1]?.id ?? "";
});

const as = (accept: string) => api.answer<string>("GET", `/v1/invoices/${id}`, undefined, { accept });

it("an invoice is JSON where nothing else is asked for", async () => {
  for (const accept of ["application/json", "*/*"]) {
    const { headers, body } = await api.answer<WireInvoice>("GET", `/v1/invoices/${id}`, undefined, { accept });
    expect(headers.get("content-type")).toBe("application/json");
    expect(body).toMatchObject({ number: "INV-2026-0002", status: "paid", currency: "USD", total: 10_050, amount_due: 0 });
    expect(body.lines.map(({ price, amount }) => [price, amount])).toEqual([
      ["calls", 150],
      ["base", 9_900],
    ]);
  }
});

it("a person who asks for text can read it and add it up", async () => {
  const { headers, body } = await as("text/plain");

  expect(headers.get("content-type")).toContain("text/plain");
  for (const part of ["INV-2026-0002", "ada@customer.test", "pro: calls", "1.50", "pro: base", "99.00", "USD 100.50", "USD 0.00"]) {
    expect(body).toContain(part);
  }
});

it("a browser gets a page in which nothing of the customer's is code", async () => {
  const { headers, body } = await as("text/html,application/xhtml+xml");

  expect(headers.get("content-type")).toContain("text/html");
  expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  for (const part of ["INV-2026-0002", "Ada &lt;script&gt;", "1.50", "99.00", "100.50"]) expect(body).toContain(part);
  expect(body).not.toContain("<script>");
});

it("a period is said with its last day, in text and page", async () => {
  for (const accept of ["text/plain", "text/html"]) {
    const { body } = await as(accept);
    expect(body).toContain("2026-01-01 – 2026-01-31");
    expect(body).toContain("2026-02-01 – 2026-02-28");
    expect(body).not.toContain("– 2026-02-01");
  }
});

it("the issue date and the year of the number are the seller's", async () => {
  api = await sandbox("2025-12-31T20:00:00Z");
  await env.DB.prepare("UPDATE billing_entity SET time_zone = 'Pacific/Auckland' WHERE environment_id = ?").bind(api.environment).run();
  await catalog(api);
  await publishPlan(api, "pro", [flat("base", "99.00")]);
  await customer(api, "ada");
  await api.post("/v1/subscriptions", { customer: "ada", plan: "pro" });
  await api.settle();
  id = (await api.invoices("ada"))[0]?.id ?? "";

  for (const accept of ["text/plain", "text/html"]) {
    const { body } = await as(accept);
    expect(body).toContain("INV-2026-0001");
    expect(body).toContain("Issued 2026-01-01");
  }
});

it("in any form it is found by its own environment only", async () => {
  const other = await sandbox("2026-01-01T00:00:00Z");
  for (const accept of ["application/json", "text/plain", "text/html"]) {
    expect((await other.answer("GET", `/v1/invoices/${id}`, undefined, { accept })).status).toBe(404);
    expect((await api.answer("GET", `/v1/invoices/${id}`, undefined, { accept, authorization: "Bearer tg_test_none" })).status).toBe(401);
  }
});
