import { describe, expect, test } from "vitest";
import type { Id } from "#domain/ids";
import { graceEnd, issuedAhead, issuesAt, unsettledAfter, withLines } from "#domain/invoices/draft-invoice";
import type { DraftInvoice, IssuedInvoice, PaidInvoice } from "#domain/invoices/invoice";
import { invoiceNumber } from "#domain/invoices/invoice-number";
import { amountDue, issue, recordPayment, voidInvoice } from "#domain/invoices/issue";
import type { Line } from "#domain/invoices/line";
import type { Currency } from "#domain/money/currency";
import { money } from "#domain/money/money";
import { calendarDate } from "#domain/time/calendar-date";
import { formatInstant } from "#domain/time/instant";
import { UTC } from "#domain/time/zone";
import { BillingStory, taken } from "#test/domain/support/billing-story";
import fc from "#test/domain/support/fast-check";
import { flat, idOf, instantOf, perUnit, plan, usage, USD } from "#test/domain/support/plans";

const ada = { name: "Ada", email: "ada@example.com", address: null };
const seller = { name: "Seller Ltd", email: null, address: null, zone: UTC };
const asOf = instantOf("2024-02-01T00:00:00Z");
const at = instantOf("2024-02-02T00:00:00Z");
const pro = plan("pro", [flat("base", "99.00"), usage("calls", perUnit("0.10"))]);

function linesOf(...amounts: readonly bigint[]): Line[] {
  const [line] = new BillingStory(pro, "2024-02-01T00:00:00Z").lines("2024-02-01T00:00:00Z");
  if (line === undefined) throw new Error("no line");
  return amounts.map((amount, index) => ({ ...line, amount: money(amount, USD), sequence: index + 1 }));
}

function draft(lines: readonly Line[]): DraftInvoice {
  return withLines(
    {
      id: idOf("invoice", "inv_1"),
      customerId: idOf("customer", "cus_ada"),
      customerKey: "ada",
      subscriptionId: idOf("subscription", "sub_1"),
      billingEntityId: "ent_1" as Id<"billing_entity">,
      status: "draft",
      currency: USD,
      zone: UTC,
      asOf,
      issueAt: asOf,
      version: 1,
    },
    lines,
  );
}

const issued = (...amounts: readonly bigint[]): IssuedInvoice | PaidInvoice =>
  taken(issue(draft(linesOf(...amounts)), { number: "INV-2024-0001", at, buyer: ada, seller }));

test.each([
  [1, "INV-2026-0001"],
  [42, "INV-2026-0042"],
  [12_345, "INV-2026-12345"],
])("number %i reads %s", (n, text) => {
  expect(invoiceNumber("INV", calendarDate("2026-12-31"), n)).toBe(text);
});

describe("a draft", () => {
  test("totals its lines", () => {
    expect(draft(linesOf(9_900n, -1_234n)).total).toEqual({ amount: 8_666n, currency: "USD" });
  });

  describe("has a grace", () => {
    const story = new BillingStory(pro, "2024-01-01T00:00:00Z");
    const [fees, both] = [story.lines("2024-01-01T00:00:00Z"), story.lines("2024-02-01T00:00:00Z")];
    const end = (lines: readonly Line[], at: string, held: { lines: readonly Line[]; issueAt: number } | null = null): string =>
      formatInstant(graceEnd(lines, instantOf(at), held));
    const held = { lines: both, issueAt: instantOf("2024-02-02T00:00:00Z") };

    test("of a day with usage, of none without", () => {
      expect(end(fees, "2024-01-01T00:00:00Z")).toBe("2024-01-01T00:00:00Z");
      expect(end(both, "2024-02-01T00:00:00Z")).toBe("2024-02-02T00:00:00Z");
    });

    test("that what comes to the draft never moves later", () => {
      expect(end(both, "2024-02-01T23:00:00Z", held)).toBe("2024-02-02T00:00:00Z");
      expect(end(both, "2024-02-09T00:00:00Z", held)).toBe("2024-02-02T00:00:00Z");
    });

    test("from when usage comes to a draft that had none", () => {
      expect(end(both, "2024-02-01T10:00:00Z", { lines: fees, issueAt: 0 })).toBe("2024-02-02T10:00:00Z");
    });

    test("that licensed lines billed at once need not wait for, unless they would pay the customer", () => {
      const [fee, ...rest] = both.filter(({ kind }) => kind === "flat");
      const credit = { ...fee, amount: money(-20_000n, USD) } as Line;
      expect(issuedAhead(both).map(({ price }) => price)).toEqual([fee?.price, ...rest.map(({ price }) => price)]);
      expect(issuedAhead([...both, credit])).toEqual([]);
      expect(issuedAhead(fees)).toEqual([]);
    });
  });

  test("that would pay the customer, or has no line, waits", () => {
    expect(issuesAt(draft(linesOf(1n)))).toBe(asOf);
    expect(issuesAt(draft(linesOf(-1n)))).toBeNull();
    expect(issuesAt(draft([]))).toBeNull();
  });

  test("once issued, settles everything before the period then open", () => {
    const { subscription } = new BillingStory(pro, "2024-01-10T08:00:00Z", { anchor: { day: 1 } });
    const after = (text: string): string => formatInstant(unsettledAfter({ subscription, asOf: instantOf(text) }));
    expect(after("2024-01-20T00:00:00Z")).toBe("2024-01-10T08:00:00Z");
    expect(after("2024-02-01T00:00:00Z")).toBe("2024-02-01T00:00:00Z");
    expect(after("2024-02-29T23:59:59Z")).toBe("2024-02-01T00:00:00Z");
  });

  test("of the end settles everything", () => {
    const { subscription } = new BillingStory(pro, "2024-01-01T00:00:00Z").cancel("2024-01-05T00:00:00Z");
    expect(formatInstant(unsettledAfter({ subscription, asOf: instantOf("2024-02-01T00:00:00Z") }))).toBe("2024-02-01T00:00:00Z");
  });
});

describe("issuing", () => {
  test("numbers the invoice and copies both parties in", () => {
    expect(issued(9_900n)).toMatchObject({
      status: "issued",
      number: "INV-2024-0001",
      issuedAt: at,
      buyer: ada,
      seller,
      amountPaid: { amount: 0n },
      total: { amount: 9_900n },
    });
    expect(issued(9_900n)).not.toHaveProperty("issueAt");
  });

  test("a total of nothing is paid at once", () => {
    expect(issued(0n)).toMatchObject({ status: "paid", paidAt: at });
  });

  test("nothing to bill, or a negative total, is refused", () => {
    const codeOf = (lines: Line[]): string | undefined => {
      const result = issue(draft(lines), { number: "INV-2024-0001", at, buyer: ada, seller });
      return result.ok ? undefined : result.error.code;
    };
    expect(codeOf([])).toBe("empty");
    expect(codeOf(linesOf(100n, -101n))).toBe("negative_total");
  });
});

describe("paying", () => {
  test("in full makes it paid", () => {
    const paid = taken(recordPayment(issued(9_900n), money(9_900n, USD), at + 5));
    expect(paid).toMatchObject({ status: "paid", paidAt: at + 5, amountPaid: { amount: 9_900n } });
    expect(amountDue(paid)).toEqual({ amount: 0n, currency: "USD" });
  });

  test("in part leaves the rest due", () => {
    const partly = taken(recordPayment(issued(9_900n), money(900n, USD), at));
    expect(partly.status).toBe("issued");
    expect(amountDue(partly)).toEqual({ amount: 9_000n, currency: "USD" });
  });

  test("more than is due is refused, and so is nothing", () => {
    expect(recordPayment(issued(9_900n), money(9_901n, USD), at)).toMatchObject({ ok: false, error: { code: "overpayment" } });
    expect(recordPayment(issued(9_900n), money(0n, USD), at)).toMatchObject({ ok: false, error: { code: "invalid_amount" } });
    expect(recordPayment(issued(9_900n), money(-1n, USD), at)).toMatchObject({ ok: false, error: { code: "invalid_amount" } });
  });

  test("in another currency is refused", () => {
    expect(recordPayment(issued(9_900n), money(9_900n, "EUR" as Currency), at)).toMatchObject({
      ok: false,
      error: { code: "currency_mismatch" },
    });
  });

  test("a draft, or what is paid already, is refused", () => {
    expect(recordPayment(draft(linesOf(1n)), money(1n, USD), at)).toMatchObject({ ok: false, error: { code: "not_payable" } });
    expect(recordPayment(issued(0n), money(1n, USD), at)).toMatchObject({ ok: false, error: { code: "not_payable" } });
  });

  test("in any parts, never more than the total is taken, and the last part makes it paid", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10_000n), fc.array(fc.bigInt(1n, 3_000n), { maxLength: 12 }), (total, parts) => {
        let invoice = issued(total);
        for (const part of parts) {
          const result = recordPayment(invoice, money(part, USD), at);
          if (result.ok) invoice = result.value;
          expect(invoice.amountPaid.amount + amountDue(invoice).amount).toBe(total);
          expect(invoice.status === "paid").toBe(amountDue(invoice).amount === 0n);
        }
      }),
    );
  });
});

describe("voiding", () => {
  test("an issued invoice keeps its number and owes nothing", () => {
    const voided = taken(voidInvoice(issued(9_900n), at));
    expect(voided).toMatchObject({ status: "void", number: "INV-2024-0001", voidedAt: at });
    expect(amountDue(voided).amount).toBe(0n);
  });

  test("is refused for a draft, for one partly paid, and a second time", () => {
    const partly = taken(recordPayment(issued(9_900n), money(1n, USD), at));
    for (const invoice of [draft(linesOf(1n)), partly, issued(0n), taken(voidInvoice(issued(9_900n), at))]) {
      expect(voidInvoice(invoice, at)).toMatchObject({ ok: false, error: { code: "not_voidable" } });
    }
  });
});
