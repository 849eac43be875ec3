import { expect, test } from "vitest";
import { money } from "#domain/money/money";
import { type Outcome, type Payment, settle } from "#domain/payments/payment";
import fc from "#test/domain/support/fast-check";
import { idOf, USD } from "#test/domain/support/plans";

const attempted: Payment = {
  id: idOf("payment", "pay_1"),
  invoiceId: idOf("invoice", "inv_1"),
  customerId: idOf("customer", "cus_ada"),
  attempt: 1,
  provider: "sandbox",
  method: null,
  amount: money(9_900n, USD),
  createdAt: 1,
  version: 1,
  status: "attempted",
};

const succeeded: Outcome = { status: "succeeded", reference: "ch_1" };
const failed: Outcome = { status: "failed", code: "card_declined", reference: "ch_1" };
const unknown: Outcome = { status: "unknown", reason: "timeout" };

test("an attempt succeeds or fails, once", () => {
  expect(settle(attempted, succeeded, 5)).toEqual({ ...attempted, status: "succeeded", reference: "ch_1", settledAt: 5 });
  expect(settle(attempted, failed, 5)).toEqual({
    ...attempted,
    status: "failed",
    failureCode: "card_declined",
    reference: "ch_1",
    settledAt: 5,
  });
});

test("a timeout is unknown, not failed: the attempt stays open", () => {
  expect(settle(attempted, unknown, 5)).toBe(attempted);
});

test("whatever news follows, late or repeated, a settled attempt stays as it first settled", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(succeeded, failed, unknown), { maxLength: 8 }), (news) => {
      const first = news.find(({ status }) => status !== "unknown");
      const settled = news.reduce<Payment>((payment, outcome, index) => settle(payment, outcome, 10 + index), attempted);
      expect(settled.status).toBe(first?.status ?? "attempted");
      if (settled.status !== "attempted") expect(settled.settledAt).toBe(10 + news.findIndex(({ status }) => status !== "unknown"));
    }),
  );
});
