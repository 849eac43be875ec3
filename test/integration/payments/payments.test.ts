import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox, type WireInvoice, type WirePayment } from "#test/support/api";
import { catalog, flat, publishPlan, subscribe } from "#test/support/catalog";
import { Platform } from "#test/support/platform";
import { steered } from "#test/support/steered-database";

type Paid = { readonly invoice: WireInvoice; readonly payment: WirePayment };

let api: Api;
let invoice: WireInvoice;

/** An issued invoice over 100.00 USD that nobody has collected yet: its collection waits in the outbox. */
beforeEach(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "basic", [flat("base", "100.00")]);
  await subscribe(api, "ada", "basic");
  await api.platform.deliver(api.platform.sent.splice(0));
  const [only] = await api.invoices("ada");
  if (only === undefined) throw new Error("nothing was issued");
  invoice = only;
  expect([invoice.status, invoice.total, invoice.amount_due]).toEqual(["issued", 10_000, 10_000]);
});

const pay = (body: unknown, key?: string) =>
  api.answer<Paid>("POST", `/v1/invoices/${invoice.id}/pay`, body, key === undefined ? {} : { "idempotency-key": key });
const seen = () => api.get<WireInvoice>(`/v1/invoices/${invoice.id}`);
const payments = async () => (await api.get<{ data: WirePayment[] }>(`/v1/invoices/${invoice.id}/payments`)).data;

describe("an outcome", () => {
  it("that succeeds pays the invoice", async () => {
    const { status, body } = await pay({ provider: "sandbox", method: "success" });

    expect([status, body.payment.status, body.payment.amount]).toEqual([200, "succeeded", 10_000]);
    const { status: state, amount_paid, amount_due, paid_at } = await seen();
    expect([state, amount_paid, amount_due, paid_at]).toEqual(["paid", 10_000, 0, "2026-01-01T00:00:00Z"]);
  });

  it("that is declined is kept with its reason and leaves the invoice as it was", async () => {
    const { status, body } = await pay({ provider: "sandbox", method: "decline" });

    expect([status, body.payment.status, body.payment.failure_code]).toEqual([200, "failed", "card_declined"]);
    expect([(await seen()).status, (await seen()).amount_due]).toEqual(["issued", 10_000]);
  });

  it("that is declined does not stand in the way of another attempt", async () => {
    await pay({ provider: "sandbox", method: "insufficient_funds" });

    const { body } = await pay({ provider: "sandbox", method: "success" });

    expect([body.payment.attempt, body.invoice.status]).toEqual([2, "paid"]);
    expect((await payments()).map(({ attempt, status }) => [attempt, status])).toEqual([
      [2, "succeeded"],
      [1, "failed"],
    ]);
  });

  it("that is unknown is no failure: the attempt stays open and is asked about again, and no other begins", async () => {
    expect((await pay({ provider: "sandbox", method: "unknown" })).code).toBe("payment_unknown");
    expect((await pay({ provider: "sandbox", method: "unknown" })).code).toBe("payment_unknown");

    expect((await payments()).map(({ attempt, status }) => [attempt, status])).toEqual([[1, "attempted"]]);
    expect((await seen()).amount_due).toBe(10_000);
  });

  it("that is unknown is settled by its own provider's word only, not by another's", async () => {
    await pay({ provider: "sandbox", method: "unknown" });

    expect((await pay({ provider: "manual", method: "transfer 7" })).code).toBe("payment_unknown");

    expect((await payments()).map(({ provider, status }) => [provider, status])).toEqual([["sandbox", "attempted"]]);
    expect((await seen()).amount_due).toBe(10_000);
  });

  it("that is unknown keeps the invoice from being voided: its money may have been taken", async () => {
    await pay({ provider: "sandbox", method: "unknown" });

    expect((await api.answer("POST", `/v1/invoices/${invoice.id}/void`)).code).toBe("not_voidable");

    expect((await seen()).status).toBe("issued");
  });
});

describe("one attempt captures at most once", () => {
  it("when the same key pays again", async () => {
    const first = await pay({ provider: "sandbox" }, "pay-once");
    const second = await pay({ provider: "sandbox" }, "pay-once");

    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(await payments()).toHaveLength(1);
  });

  it("when the same key pays twice at once", async () => {
    const answers = await Promise.all([pay({ provider: "sandbox" }, "pay-twice"), pay({ provider: "sandbox" }, "pay-twice")]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await payments()).toHaveLength(1);
  });

  it("when eight pay all of it at once", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => pay({ provider: "sandbox" })));

    // Each is told that it is paid, or that there is nothing to pay (any more); none hears of an error of ours.
    for (const { status, code } of answers) expect([200, 409]).toContain(code === "not_payable" ? 409 : status);
    expect((await payments()).map(({ status, amount }) => [status, amount])).toEqual([["succeeded", 10_000]]);
    expect([(await seen()).status, (await seen()).amount_paid]).toEqual(["paid", 10_000]);
  });

  it("when one looked at the invoice before, and at its payments after, the other had paid", async () => {
    let paid: Promise<unknown> | null = null;
    const DB = steered(env.DB, {
      beforeRead: async (sql) => {
        if (sql.includes('from "payment"')) await (paid ??= pay({ provider: "sandbox" }));
      },
    });
    const slow = api.through(new Platform({ DB }));

    const { code } = await slow.answer("POST", `/v1/invoices/${invoice.id}/pay`, { provider: "sandbox" });

    expect(code).toBe("not_payable");
    expect((await payments()).map(({ status, amount }) => [status, amount])).toEqual([["succeeded", 10_000]]);
  });

  it("when its collection is delivered twice, at once and later", async () => {
    const collect = api.platform.sent.splice(0).filter(({ kind }) => kind === "outbox");
    expect(collect).not.toEqual([]);

    await Promise.all([api.platform.deliver(collect), api.platform.deliver(collect)]);
    await api.platform.deliver(collect);
    await api.settle();

    expect((await payments()).map(({ status, amount }) => [status, amount])).toEqual([["succeeded", 10_000]]);
    expect((await seen()).amount_due).toBe(0);
  });

  it("when a person pays while the platform collects", async () => {
    await Promise.all([pay({ provider: "manual" }), api.platform.deliver(api.platform.sent.splice(0))]);
    await api.settle();

    expect((await payments()).map(({ status, amount }) => [status, amount])).toEqual([["succeeded", 10_000]]);
  });
});

describe("part payments", () => {
  it("add up until all is paid", async () => {
    const first = await pay({ provider: "manual", method: "transfer 1", amount: 3_000 });
    const second = await pay({ provider: "manual", method: "transfer 2", amount: 6_999 });
    expect([first.body.invoice.amount_due, second.body.invoice.amount_due]).toEqual([7_000, 1]);
    expect(second.body.invoice.status).toBe("issued");

    const last = await pay({ provider: "manual", method: "transfer 3" });

    expect([last.body.payment.amount, last.body.invoice.amount_paid, last.body.invoice.status]).toEqual([1, 10_000, "paid"]);
  });

  it("that would be too much are refused before money moves", async () => {
    await pay({ provider: "manual", amount: 9_000 });

    expect((await pay({ provider: "manual", amount: 1_001 })).code).toBe("overpayment");

    expect(await payments()).toHaveLength(1);
    expect((await seen()).amount_due).toBe(1_000);
  });

  it("of different amounts made at once are all recorded, each with its own amount", async () => {
    const amounts = [1_000, 2_000, 3_000];

    const answers = await Promise.all(amounts.map((amount) => pay({ provider: "manual", amount })));

    expect(answers.map(({ status, body }) => [status, body.payment.amount])).toEqual([
      [200, 1_000],
      [200, 2_000],
      [200, 3_000],
    ]);
    expect((await seen()).amount_due).toBe(4_000);
    expect((await payments()).map(({ amount }) => amount).sort((a, b) => a - b)).toEqual(amounts);
  });

  it("leave the rest to the platform's own collection", async () => {
    await pay({ provider: "manual", amount: 2_500 });

    await api.settle();

    expect((await payments()).map(({ provider, amount }) => [provider, amount])).toEqual([
      ["sandbox", 7_500],
      ["manual", 2_500],
    ]);
    expect((await seen()).status).toBe("paid");
  });
});

describe("no payment is taken", () => {
  it("for an invoice that is paid", async () => {
    await pay({ provider: "manual" });

    expect((await pay({ provider: "manual" })).code).toBe("not_payable");
  });

  it("for an invoice that is void, not even by a collection that was under way", async () => {
    await api.post(`/v1/invoices/${invoice.id}/void`);

    await api.settle();

    expect((await pay({ provider: "manual" })).code).toBe("not_payable");
    expect(await payments()).toHaveLength(0);
  });

  it("of nothing, or of a part of a minor unit", async () => {
    for (const amount of [0, -1, 0.5, "10"]) expect((await pay({ provider: "manual", amount })).status).toBe(422);
    expect(await payments()).toHaveLength(0);
  });
});
