import { beforeEach, expect, it } from "vitest";
import { type Api, sandbox, type WireInvoice } from "#test/support/api";
import { catalog, flat, publishPlan, subscribe, usage } from "#test/support/catalog";
import { rows } from "#test/support/rows";
import { calls, linesOf } from "#test/support/usage";

let api: Api;
let subscription: string;

/** February begins with a draft: seven calls of January and the fee of February, in grace until the 2nd. */
beforeEach(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await Promise.all([
    publishPlan(api, "basic", [flat("base", "100.00"), usage("calls", "0.10")]),
    publishPlan(api, "pro", [flat("base", "300.00"), usage("calls", "0.10")]),
    publishPlan(api, "annual", [flat("base", "1200.00"), usage("calls", "0.20")], { interval: "year" }),
  ]);
  ({ id: subscription } = await subscribe(api, "ada", "basic"));
  await api.record(calls("ada", 7, "2026-01-01T00:00:00Z"));
  await api.advance("2026-02-01T00:00:00Z");
});

async function change(body: unknown): Promise<void> {
  await api.post(`/v1/subscriptions/${subscription}/change`, body);
  await api.settle();
}

async function february() {
  const invoices = (await api.invoices("ada")).slice(1);
  return invoices.map((invoice) => ({ status: invoice.status, issue_at: invoice.issue_at, total: invoice.total, lines: linesOf(invoice) }));
}

async function issuesDue(): Promise<(string | null)[]> {
  const due = await rows("due", api.environment);
  const drafts = (await api.invoices("ada")).filter(({ status }) => status === "draft").map(({ id }) => id);
  const own = due.filter(({ kind }) => kind === "invoice.issue");
  expect(own.every(({ subject }) => drafts.includes(String(subject)))).toBe(true);
  return own.map((row) => new Date(Number(row["due_at"])).toISOString());
}

const january = ["calls", "usage", "7", 70, "2026-01-01", "2026-02-01"];

it("a change billed now is issued at once, and leaves the usage in its draft until its grace ends", async () => {
  await api.advance("2026-02-01T10:00:00Z");
  await change({ plan: "pro" });

  expect(await february()).toEqual([
    { status: "draft", issue_at: "2026-02-02T00:00:00Z", total: 70, lines: [january] },
    { status: "paid", issue_at: null, total: 30_000, lines: [["base", "charge", "1", 30_000, "2026-02-01", "2026-03-01"]] },
  ]);
  expect(await issuesDue()).toEqual(["2026-02-02T00:00:00.000Z"]);

  await api.advance("2026-02-02T00:00:00Z");
  expect((await february()).map(({ status, total }) => [status, total])).toEqual([
    ["paid", 70],
    ["paid", 30_000],
  ]);
  const numbers = (await api.invoices("ada")).map(({ number }: WireInvoice) => number);
  expect(numbers).toEqual(["INV-2026-0001", "INV-2026-0003", "INV-2026-0002"]);
});

it("changes, however many, never move the end of a grace", async () => {
  await api.advance("2026-02-01T06:00:00Z");
  await change({ plan: "pro" });
  await api.advance("2026-02-01T12:00:00Z");
  // A change to a year closes the usage of the day as well, so it joins the draft.
  await change({ plan: "annual" });
  expect(await issuesDue()).toEqual(["2026-02-02T00:00:00.000Z"]);
  await api.advance("2026-02-01T23:00:00Z");
  await change({ plan: "pro" });

  expect((await february()).filter(({ status }) => status === "draft").map(({ issue_at }) => issue_at)).toEqual([null]);
  expect(await issuesDue()).toEqual([]);
  await api.advance("2026-02-01T23:30:00Z");
  await change({ plan: "annual" });
  expect(await issuesDue()).toEqual(["2026-02-02T00:00:00.000Z"]);
});

it("a change that would pay the customer joins the draft, which waits; the next one finds the same end of grace", async () => {
  await api.post(`/v1/invoices/${(await api.invoices("ada"))[1]?.id}/issue`);
  await api.advance("2026-03-01T00:00:00Z");
  await api.advance("2026-03-01T06:00:00Z");
  await change({ plan: "pro" });
  await api.advance("2026-03-01T12:00:00Z");
  await change({ plan: "basic" });

  const [waiting] = (await api.invoices("ada")).filter(({ status }) => status === "draft");
  expect([waiting?.issue_at, waiting?.total]).toEqual([null, -20_000]);
  expect(await issuesDue()).toEqual([]);

  await api.advance("2026-03-01T18:00:00Z");
  await change({ plan: "pro" });
  expect(await issuesDue()).toEqual(["2026-03-02T00:00:00.000Z"]);
});
