import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { drainRollups } from "#actions/usage/drain-rollups";
import { type Api, sandbox } from "#test/support/api";
import { customer } from "#test/support/catalog";
import { contextFor } from "#test/support/context";
import { ledgerOf } from "#test/support/ledgers";

let api: Api;
beforeEach(async () => {
  api = await sandbox("2026-03-01T00:00:00Z");
  await api.post("/v1/meters", { key: "calls", name: "Calls", event_type: "call", aggregation: "count" });
  await customer(api, "acme");
});
afterEach(() => {
  vi.useRealTimers();
});

type Told = { kind: string };

/** Lets the alarm ring; answers what it told the queue. */
async function ring(): Promise<string[]> {
  const stub = ledgerOf(api, "acme");
  const told: string[] = [];
  await runInDurableObject(stub, (ledger) => {
    const { env } = ledger as unknown as { env: { WORK: { send: (message: Told) => Promise<void> } } };
    Object.assign(ledger, { env: { ...env, WORK: { send: ({ kind }: Told) => Promise.resolve(void told.push(kind)) } } });
  });
  await runDurableObjectAlarm(stub);
  return told;
}

it("a ledger whose hours change all the time says so once an hour", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 2, 1) });
  const send = (id: string) => api.post("/v1/events", { id, source: "t", type: "call", customer: "acme" });
  const context = await contextFor(api);

  await send("1");
  expect(await ring()).toEqual(["usage_rollups"]);
  await drainRollups(context, { customerKey: "acme" });
  await send("2");
  vi.setSystemTime(Date.UTC(2026, 2, 1, 0, 59, 59));
  expect(await ring()).toEqual([]);
  vi.setSystemTime(Date.UTC(2026, 2, 1, 1, 0, 0));
  expect(await ring()).toEqual(["usage_rollups"]);
});
