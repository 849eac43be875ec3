import { beforeEach, describe, expect, it } from "vitest";
import { callLedger } from "#actions/usage/call-ledger";
import { settleLedgerFacts } from "#actions/usage/settle-ledger-facts";
import type { Correction } from "#objects/usage-calls";
import { type Api, sandbox } from "#test/support/api";
import { contextFor, usageOf } from "#test/support/context";
import { customer } from "#test/support/catalog";

let api: Api;
beforeEach(async () => {
  api = await sandbox("2026-03-01T00:00:00Z");
  await api.post("/v1/meters", { key: "bytes", name: "Bytes", event_type: "upload", aggregation: "sum", value_property: "bytes" });
  await customer(api, "acme");
});

type Row = { customer: string; reason: string; event_type: string; count: number };
const list = async (query = "") => (await api.get<{ data: Row[] }>(`/v1/events/unmatched${query}`)).data;
const rows = async (query = "") => (await list(query)).map((row) => [row.customer, row.reason, row.event_type, row.count]);
const send = (customerKey: string, type: string, id: string, properties: unknown = {}, time = "2026-02-28T00:00:00Z") =>
  api.post("/v1/events", { id, source: "t", type, customer: customerKey, properties, time });

describe("usage that is kept and not counted", () => {
  it("is listed with its reason, count, first and last time, and can be filtered", async () => {
    await send("nobody", "upload", "1", { bytes: 1 }, "2026-02-20T00:00:00Z");
    await send("nobody", "upload", "2", { bytes: 1 }, "2026-02-10T00:00:00Z");
    await send("acme", "chat", "3");
    await send("acme", "upload", "4", { bytes: "many" });
    expect(await list("?reason=customer")).toEqual([
      {
        customer: "nobody",
        reason: "customer",
        event_type: "upload",
        count: 2,
        first_at: "2026-02-10T00:00:00Z",
        last_at: "2026-02-20T00:00:00Z",
        refusal: null,
      },
    ]);
    expect(await rows()).toEqual([
      ["acme", "type", "chat", 1],
      ["acme", "value", "upload", 1],
      ["nobody", "customer", "upload", 2],
    ]);
    expect(await rows("?customer=acme")).toEqual([
      ["acme", "type", "chat", 1],
      ["acme", "value", "upload", 1],
    ]);
    const { id } = await api.get<{ id: string }>("/v1/customers/acme");
    expect(await rows(`?customer=${id}&reason=type`)).toEqual([["acme", "type", "chat", 1]]);
    expect(await rows("?event_type=chat")).toEqual([["acme", "type", "chat", 1]]);
    const page = await api.get<{ next_cursor: string }>("/v1/events/unmatched?limit=2");
    expect(await rows(`?limit=2&cursor=${page.next_cursor}`)).toEqual([["nobody", "customer", "upload", 2]]);
    expect((await api.answer("GET", "/v1/events/unmatched?reason=weather")).status).toBe(422);
  });

  it("is listed no more when its customer is created; what then lacks a meter or a value is listed as that", async () => {
    await send("late", "upload", "1", { bytes: 4 });
    await send("late", "chat", "2");
    await send("late", "upload", "3", { bytes: "many" });
    await customer(api, "late");
    await api.settle();
    expect(await usageOf(api, "late", "bytes")).toBe("4");
    await settleFacts("late");
    expect(await rows()).toEqual([
      ["late", "type", "chat", 1],
      ["late", "value", "upload", 1],
    ]);
  });

  it("is listed no more when a meter for its type appears; what the meter cannot read is listed as that", async () => {
    await send("acme", "chat", "1", { words: 10 });
    await send("acme", "chat", "2", { words: "ten" });
    await api.post("/v1/meters", { key: "words", name: "Words", event_type: "chat", aggregation: "sum", value_property: "words" });
    expect(await usageOf(api, "acme", "words")).toBe("10");
    await settleFacts("acme");
    expect(await rows()).toEqual([["acme", "value", "chat", 1]]);
  });

  it("for its value is listed no more when it is amended or voided", async () => {
    await send("acme", "upload", "1", { bytes: "many" });
    await send("acme", "upload", "2", { bytes: "few" });
    expect(await rows()).toEqual([["acme", "value", "upload", 2]]);
    const event = { type: "upload", time: Date.UTC(2026, 1, 28), subscription: null, properties: { bytes: 7 } };
    await correct({ kind: "amend", source: "t", id: "1", reason: null, event });
    expect(await rows()).toEqual([["acme", "value", "upload", 1]]);
    await correct({ kind: "void", source: "t", id: "2", reason: null });
    expect(await rows()).toEqual([]);
    expect(await usageOf(api, "acme", "bytes")).toBe("7");
  });
});

async function settleFacts(customerKey: string): Promise<void> {
  await settleLedgerFacts(await contextFor(api), { customerKey });
}

async function correct(correction: Correction): Promise<void> {
  const context = await contextFor(api);
  const ledger = context.ledgers("acme");
  await callLedger(context, ledger, (target, given) => target.correct({ ...given, corrections: [correction], preview: false }));
  await settleFacts("acme");
}
