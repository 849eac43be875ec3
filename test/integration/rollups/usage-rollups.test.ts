import { beforeEach, describe, expect, it } from "vitest";
import { callLedger } from "#actions/usage/call-ledger";
import { drainRollups } from "#actions/usage/drain-rollups";
import { sweepRollups } from "#actions/usage/sweep-rollups";
import { deleteRollups, saveRollups } from "#storage/queries/usage-rollups";
import type { Write } from "#storage/database";
import { type Api, sandbox } from "#test/support/api";
import { contextFor } from "#test/support/context";
import { customer } from "#test/support/catalog";
import { rollupsOf } from "#test/support/rollups";

let api: Api;
beforeEach(async () => {
  api = await sandbox("2026-03-01T00:00:00Z");
  const sum = { event_type: "upload", aggregation: "sum", value_property: "mb", dimensions: ["region"] };
  await api.post("/v1/meters", { key: "mb", name: "Megabytes", ...sum });
  await customer(api, "acme");
  await customer(api, "beta");
});

const send = (customerKey: string, id: string, time: string, properties: unknown) =>
  api.post("/v1/events", { id, source: "t", type: "upload", customer: customerKey, time, properties });

async function sendAll(): Promise<void> {
  await send("acme", "1", "2026-02-27T10:59:59.999Z", { mb: "0.1", region: "eu" });
  await send("acme", "2", "2026-02-27T11:00:00Z", { mb: "0.2", region: "eu" });
  await send("acme", "3", "2026-02-27T11:30:00Z", { mb: 4, region: "us" });
  await send("acme", "4", "2026-02-27T11:59:00Z", { mb: 3 });
  await send("beta", "1", "2026-02-27T11:00:00Z", { mb: 7, region: "eu" });
}

const ALL = [
  ["acme", "2026-02-27T10", { region: "eu" }, "0.1"],
  ["acme", "2026-02-27T11", { region: "eu" }, "0.2"],
  ["acme", "2026-02-27T11", { region: "us" }, "4"],
  ["acme", "2026-02-27T11", { region: null }, "3"],
  ["beta", "2026-02-27T11", { region: "eu" }, "7"],
];

async function drain(customerKey: string): Promise<void> {
  expect(await drainRollups(await contextFor(api), { customerKey })).toBe(true);
}

describe("hourly rollups", () => {
  it("hold each hour, group and customer, exactly, when the clock has advanced", async () => {
    await sendAll();
    await api.advance("2026-03-01T00:00:00Z");
    expect(await rollupsOf(api, "mb")).toEqual(expect.arrayContaining(ALL));
    expect(await rollupsOf(api, "mb")).toHaveLength(5);
    expect(await rollupsOf(api, "mb", { customers: ["beta", "nobody"] })).toEqual([ALL[4]]);
    expect(await rollupsOf(api, "other")).toEqual([]);
    expect(await rollupsOf(api, "mb", { ofGroups: false })).toEqual([
      ["acme", "2026-02-27T10", {}, "0.1"],
      ["acme", "2026-02-27T11", {}, "7.2"],
      ["beta", "2026-02-27T11", {}, "7"],
    ]);
  });

  it("are told through the queue, and a message that comes twice changes nothing", async () => {
    await sendAll();
    const message = { kind: "usage_rollups", environment: api.environment, customer_key: "acme" } as const;
    await api.platform.deliver([message, message]);
    expect(await rollupsOf(api, "mb", { customers: ["acme"] })).toHaveLength(4);
  });

  it("are swept in when no message ever comes", async () => {
    await sendAll();
    const context = await contextFor(api);
    const wall = context.clock.wall() + 7 * 3_600_000;
    const report = (what: string, error: unknown) => expect.unreachable(`${what}: ${String(error)}`);
    await sweepRollups({ db: context.db, wall, contextOf: () => Promise.resolve(context), report });
    expect(await rollupsOf(api, "mb")).toHaveLength(5);
  });

  it("follow a late event and a void: the hour is told again, whole", async () => {
    await sendAll();
    await drain("acme");
    await send("acme", "5", "2026-02-27T11:00:00Z", { mb: "0.3", region: "eu" });
    await voidEvent("4");
    await drain("acme");
    const hours = await rollupsOf(api, "mb", { customers: ["acme"] });
    expect(hours).toContainEqual(["acme", "2026-02-27T11", { region: "eu" }, "0.5"]);
    const absent = hours.filter(([, hour, group]) => hour === "2026-02-27T11" && group["region"] === null);
    expect(absent.map(([, , , state]) => state).filter((state) => state !== "0")).toEqual([]);
  });

  it("are written only over older ones, in whichever order they come", async () => {
    const { db, environment } = await contextFor(api);
    const hour = Date.UTC(2026, 1, 27, 11);
    const told = (version: number, region: string, state: string) => ({ meter: "mb", hour, group: { region }, state, version });
    const write = (rollups: readonly ReturnType<typeof told>[]) =>
      db.batch(saveRollups(db, environment.id, "acme", rollups) as [Write, ...Write[]]);
    await write([told(2, "eu", "2"), told(2, "us", "2")]);
    await write([told(1, "eu", "1"), told(1, "asia", "1")]);
    expect(await rollupsOf(api, "mb")).toEqual([
      ["acme", "2026-02-27T11", { region: "eu" }, "2"],
      ["acme", "2026-02-27T11", { region: "us" }, "2"],
    ]);
    await write([told(3, "eu", "3")]);
    expect(await rollupsOf(api, "mb")).toEqual([["acme", "2026-02-27T11", { region: "eu" }, "3"]]);
  });
});

describe("a rebuild", () => {
  it("of one customer or of all makes the same numbers from nothing", async () => {
    await sendAll();
    await api.settle();
    const before = await rollupsOf(api, "mb");
    const { db, environment } = await contextFor(api);
    await db.batch([deleteRollups(db, environment.id, "acme")]);
    expect(await rollupsOf(api, "mb")).toHaveLength(1);

    const asked = await api.answer("POST", "/v1/usage-rollups/rebuild", { customer: "acme" });
    expect(asked).toMatchObject({ status: 202, body: { object: "usage_rollup_rebuild", customer: "acme" } });
    await api.settle();
    expect(await rollupsOf(api, "mb")).toEqual(before);

    await db.batch([deleteRollups(db, environment.id, "acme"), deleteRollups(db, environment.id, "beta")]);
    await api.post("/v1/usage-rollups/rebuild", {});
    await api.settle();
    expect(await rollupsOf(api, "mb")).toEqual(before);
  });

  it("puts right what was wrong", async () => {
    await sendAll();
    await api.settle();
    const before = await rollupsOf(api, "mb");
    const { db, environment } = await contextFor(api);
    const wrong = { meter: "mb", hour: Date.UTC(2026, 1, 27, 11), group: { region: "mars" }, state: "99", version: 9_999 };
    await db.batch(saveRollups(db, environment.id, "acme", [wrong]) as [Write, ...Write[]]);
    expect(await rollupsOf(api, "mb")).not.toEqual(before);
    await api.post("/v1/usage-rollups/rebuild", { customer: "acme" });
    await api.settle();
    expect(await rollupsOf(api, "mb")).toEqual(before);
  });

  it("of a customer nobody knows is not found", async () => {
    expect((await api.answer("POST", "/v1/usage-rollups/rebuild", { customer: "nobody" })).status).toBe(404);
  });
});

async function voidEvent(id: string): Promise<void> {
  const context = await contextFor(api);
  const corrections = [{ kind: "void", source: "t", id, reason: null }] as const;
  await callLedger(context, context.ledgers("acme"), (ledger, given) => ledger.correct({ ...given, corrections, preview: false }));
}
