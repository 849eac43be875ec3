import { beforeEach, expect, it } from "vitest";
import { type Api, sandbox, type WireInvoice } from "#test/support/api";
import { catalog, flat, publishPlan, subscribe, usage } from "#test/support/catalog";
import { calls, linesOf } from "#test/support/usage";

let api: Api;
let subscription: string;

/** On New Year ada's first invoice is issued; its collection waits in the outbox. */
beforeEach(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "pro", [flat("base", "99.00"), usage("calls", "0.10")]);
  ({ id: subscription } = await subscribe(api, "ada", "pro"));
  await api.platform.deliver(api.platform.sent.splice(0));
});

const takeBack = ({ id }: { id: string }) => api.answer<WireInvoice>("POST", `/v1/invoices/${id}/void`);

it("what was voided is billed by the next invoice, once", async () => {
  const [first] = await api.invoices("ada");
  if (first === undefined) throw new Error("nothing was issued");

  const { body } = await takeBack(first);
  await api.advance("2026-03-02T00:00:00Z");

  expect([body.status, body.number, body.amount_due]).toEqual(["void", "INV-2026-0001", 0]);
  const [voided, second, third, ...others] = await api.invoices("ada");
  expect(voided).toEqual(body);
  expect([second?.number, second?.total, third?.number, third?.total, others]).toEqual([
    "INV-2026-0002",
    19_800,
    "INV-2026-0003",
    9_900,
    [],
  ]);
  expect(linesOf(second ?? { lines: [] })).toEqual([
    ["base", "charge", "1", 9_900, "2026-01-01", "2026-02-01"],
    ["calls", "usage", "0", 0, "2026-01-01", "2026-02-01"],
    ["base", "charge", "1", 9_900, "2026-02-01", "2026-03-01"],
  ]);
});

it("what a voided last invoice billed is billed again, though no period will end any more", async () => {
  await api.post(`/v1/subscriptions/${subscription}/cancel`, {});
  await api.record(calls("ada", 7, "2026-01-01T00:00:00Z"));
  await api.advance("2026-02-01T00:00:00Z");
  const last = (await api.invoices("ada"))[1];
  if (last === undefined) throw new Error("there is no last invoice");
  await api.post(`/v1/invoices/${last.id}/issue`);

  expect((await takeBack(last)).body.status).toBe("void");
  await api.advance("2026-02-05T00:00:00Z");

  const again = (await api.invoices("ada")).slice(2);
  expect(again.map(({ status, total }) => [status, total])).toEqual([["paid", 70]]);
  expect(linesOf(again[0] ?? { lines: [] })).toEqual([["calls", "usage", "7", 70, "2026-01-01", "2026-02-01"]]);
});

it("a credit of a charge that was voided is taken back: what is owed is billed whole", async () => {
  api = await sandbox("2026-11-25T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "old", [flat("fee", "30.00")]);
  await publishPlan(api, "new", [flat("fee", "60.00")]);
  const { id } = await subscribe(api, "ada", "old", { start_on: "2026-11-10" });
  await api.platform.deliver(api.platform.sent.splice(0));
  api.platform.sent.length = 0;
  const [first] = await api.invoices("ada");
  await api.post(`/v1/subscriptions/${id}/change`, { plan: "new" });
  await api.platform.deliver(api.platform.sent.splice(0));

  expect((await takeBack(first ?? { id: "" })).body.status).toBe("void");

  // Owed: 15 of 30 days of old, 15 of new. Billed: 30.00 less 15.00.
  const { bills } = await api.get<{ bills: { total: number; lines: WireInvoice["lines"] }[] }>("/v1/customers/ada/upcoming-invoice");
  expect(bills.map(({ total, ...bill }) => [total, linesOf(bill)])).toEqual([
    [
      3_000,
      [
        ["fee", "charge", "1", 1_500, "2026-11-10", "2026-11-25"],
        ["fee", "charge", "1", 1_500, "2026-11-25", "2026-12-10"],
      ],
    ],
  ]);
  await api.advance("2026-12-10T00:00:00Z");
  const invoices = await api.invoices("ada");
  expect(invoices.map(({ number, status, total }) => [number, status, total])).toEqual([
    ["INV-2026-0001", "void", 3_000],
    ["INV-2026-0002", "paid", 1_500],
    ["INV-2026-0003", "paid", 9_000],
  ]);
});

it("a draft, a paid and a void invoice cannot be voided", async () => {
  const [first] = await api.invoices("ada");
  if (first === undefined) throw new Error("nothing was issued");
  await api.post(`/v1/invoices/${first.id}/pay`, { provider: "manual", amount: 1 });
  expect((await takeBack(first)).code).toBe("not_voidable");
  await api.advance("2026-02-01T00:00:00Z");
  const [paid, draft] = await api.invoices("ada");
  expect([paid?.status, draft?.status]).toEqual(["paid", "draft"]);

  for (const invoice of [paid, draft]) expect((await takeBack(invoice ?? { id: "" })).code).toBe("not_voidable");

  await api.post(`/v1/invoices/${draft?.id}/issue`);
  await takeBack(draft ?? { id: "" });
  expect((await takeBack(draft ?? { id: "" })).code).toBe("not_voidable");
});

it("of a void and a payment at the same moment one happens", async () => {
  const [first] = await api.invoices("ada");
  if (first === undefined) throw new Error("nothing was issued");

  const [voided, paid] = await Promise.all([takeBack(first), api.answer("POST", `/v1/invoices/${first.id}/pay`, { provider: "manual" })]);

  const { data } = await api.get<{ data: unknown[] }>(`/v1/invoices/${first.id}/payments`);
  const { status } = await api.get<WireInvoice>(`/v1/invoices/${first.id}`);
  const isVoid = voided.status === 200;
  expect([status, data.length, paid.code]).toEqual(isVoid ? ["void", 0, "not_payable"] : ["paid", 1, null]);
  expect(voided.code).toBe(isVoid ? null : "not_voidable");
});
