import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox } from "#test/support/api";
import { catalog, publishPlan, subscribe, usage } from "#test/support/catalog";
import { calls, linesOf } from "#test/support/usage";

let api: Api;

/** January: 100 calls of which 10 are included. On 1 February the period closes; a day later the invoice is issued. */
beforeEach(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "metered", [usage("calls", "0.10", "10")]);
  await subscribe(api, "ada", "metered");
  await api.advance("2026-01-20T00:00:00Z");
  await api.record(calls("ada", 100, "2026-01-20T00:00:00Z"));
});

const billed = async () => (await api.invoices("ada")).map(linesOf);

describe("usage that comes late", () => {
  it("but before the invoice is issued changes it", async () => {
    await api.advance("2026-02-01T12:00:00Z");
    await api.record(calls("ada", 5, "2026-01-25T00:00:00Z"));

    await api.advance("2026-02-02T00:00:00Z");

    expect(await billed()).toEqual([[["calls", "usage", "105", 950, "2026-01-01", "2026-02-01"]]]);
  });

  it("after that is a line of its own on the next invoice, priced as the last of its own period", async () => {
    await api.advance("2026-02-03T00:00:00Z");
    await api.record(calls("ada", 5, "2026-01-25T00:00:00Z"));

    await api.advance("2026-03-02T00:00:00Z");

    expect(await billed()).toEqual([
      [["calls", "usage", "100", 900, "2026-01-01", "2026-02-01"]],
      [
        ["calls", "usage", "5", 50, "2026-01-01", "2026-02-01"],
        ["calls", "usage", "0", 0, "2026-02-01", "2026-03-01"],
      ],
    ]);
  });

  it("twice and in pieces is billed once, all of it", async () => {
    await api.advance("2026-02-03T00:00:00Z");
    const late = calls("ada", 5, "2026-01-25T00:00:00Z");
    await api.record(late.slice(0, 3));
    await api.record(late);
    await api.record(late.slice(2));

    await api.advance("2026-04-02T00:00:00Z");

    expect((await billed()).map((lines) => lines.map(([, , quantity, amount]) => [quantity, amount]))).toEqual([
      [["100", 900]],
      [
        ["5", 50],
        ["0", 0],
      ],
      [["0", 0]],
    ]);
  });

  it("for a subscription that has ended gets an invoice of its own", async () => {
    const { data } = await api.get<{ data: { id: string }[] }>("/v1/subscriptions?customer=ada");
    await api.post(`/v1/subscriptions/${data[0]?.id}/cancel`, {});
    await api.advance("2026-02-10T00:00:00Z");
    await api.record(calls("ada", 5, "2026-01-25T00:00:00Z"));

    await api.advance("2026-02-12T00:00:00Z");

    expect(await billed()).toEqual([
      [["calls", "usage", "100", 900, "2026-01-01", "2026-02-01"]],
      [["calls", "usage", "5", 50, "2026-01-01", "2026-02-01"]],
    ]);
  });

  it("more than 35 days is refused, and says so", async () => {
    await api.advance("2026-02-28T00:00:00.001Z");

    const { body } = await api.answer<{ results: { code?: string }[] }>("POST", "/v1/events", calls("ada", 1, "2026-01-24T00:00:00Z"));

    expect(body.results.map(({ code }) => code)).toEqual(["event_too_old"]);
  });

  it("is in the bill so far before it is on an invoice", async () => {
    await api.advance("2026-02-03T00:00:00Z");
    await api.record(calls("ada", 5, "2026-01-25T00:00:00Z"));

    const { bills } = await api.get<{ bills: { total: number }[] }>("/v1/customers/ada/upcoming-invoice");

    expect(bills.map(({ total }) => total)).toEqual([50]);
  });
});
