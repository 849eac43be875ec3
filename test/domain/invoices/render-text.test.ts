import { expect, test } from "vitest";
import type { Id } from "#domain/ids";
import { withLines } from "#domain/invoices/draft-invoice";
import { issue } from "#domain/invoices/issue";
import { renderText } from "#domain/invoices/render-text";
import { BillingStory, taken } from "#test/domain/support/billing-story";
import { flat, graduated, idOf, instantOf, packages, plan, usage, USD, zoneOf } from "#test/domain/support/plans";

const pro = {
  ...plan("pro", [
    flat("Platform fee", "99.00"),
    usage("API calls", packages("100", "0.10"), "250"),
    usage("Tokens", graduated(["10000", "0"], [null, "0.00001"])),
  ]),
  planName: "Pro",
};

function draft() {
  const story = new BillingStory(pro, "2023-11-01T07:00:00Z", { zone: "America/Los_Angeles" });
  story.bill("2023-11-01T07:00:00Z");
  story.use("API calls", "2023-11-16T18:00:00Z", "1000").use("Tokens", "2023-11-16T18:00:00Z", "123456");
  const asOf = "2023-12-01T08:00:00Z";
  const facts = {
    id: idOf("invoice", "inv_1"),
    customerId: idOf("customer", "cus_ada"),
    customerKey: "ada",
    subscriptionId: idOf("subscription", "sub_1"),
    billingEntityId: "ent_1" as Id<"billing_entity">,
    status: "draft" as const,
    currency: USD,
    zone: zoneOf("America/Los_Angeles"),
    asOf: instantOf(asOf),
    issueAt: instantOf(asOf),
    version: 1,
  };
  return withLines(facts, story.lines(asOf));
}

test("an issued invoice reads line by line, with the steps that add up to it, in local dates", () => {
  const parties = {
    buyer: { name: "Ada", email: "ada@example.com", address: null },
    seller: { name: "Seller Ltd", email: null, address: null, zone: zoneOf("Asia/Tokyo") },
  };
  const invoice = taken(issue(draft(), { number: "INV-2023-0007", at: instantOf("2023-12-02T16:00:00Z"), ...parties }));
  const lines = renderText(invoice).split("\n");
  expect(lines.map((line) => line.replace(/ {6,}(?=\S+( \S+)?$)/, " … "))).toEqual([
    "INVOICE INV-2023-0007",
    "Issued 2023-12-03 · issued",
    "From  Seller Ltd",
    "To    Ada <ada@example.com>",
    "",
    "Pro: API calls … 0.80",
    "    2023-11-01 – 2023-11-30 · quantity 1000",
    "    included: 250 × 0 = 0",
    "    packages of 100: 8 × 0.1 = 0.8",
    "Pro: Tokens … 1.13",
    "    2023-11-01 – 2023-11-30 · quantity 123456",
    "    first 10000: 10000 × 0 = 0",
    "    above 10000: 113456 × 0.00001 = 1.13456",
    "Pro: Platform fee … 99.00",
    "    2023-12-01 – 2023-12-31 · quantity 1",
    "-".repeat(96),
    "Total … USD 100.93",
    "Paid … USD 0.00",
    "Amount due … USD 100.93",
    "",
  ]);
});

test("amounts end in one column", () => {
  const amounts = renderText(draft())
    .split("\n")
    .filter((line) => /\d\.\d\d$/.test(line) && !line.startsWith(" "));
  expect(amounts).toHaveLength(5);
  expect(new Set(amounts.map((line) => line.length))).toEqual(new Set([96]));
});

test("a draft says so and has no number", () => {
  expect(renderText(draft()).split("\n")[0]).toBe("INVOICE (draft)");
});
