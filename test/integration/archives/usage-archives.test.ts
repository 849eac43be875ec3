import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { archiveUsage } from "#actions/usage/archive-usage";
import { sha256, unpack } from "#actions/usage/archive-object";
import type { Context } from "#actions/context";
import { type Api, sandbox } from "#test/support/api";
import { contextFor, usageOf } from "#test/support/context";
import { customer } from "#test/support/catalog";

let api: Api;
beforeEach(async () => {
  api = await sandbox("2026-01-10T00:00:00Z");
  await api.post("/v1/meters", { key: "mb", name: "Megabytes", event_type: "upload", aggregation: "sum", value_property: "mb" });
  await api.post("/v1/meters", { key: "uploads", name: "Uploads", event_type: "upload", aggregation: "count" });
  await customer(api, "acme");
  for (const [id, mb] of [
    ["1", "0.1"],
    ["2", "0.2"],
    ["3", "12345678901234567890.5"],
  ])
    await send(id ?? "", mb ?? "");
});

type Archive = { state: string; events: number; sums: unknown; sha256: string; objects: { key: string; events: number; sha256: string }[] };
type Month = { month: string; state: string; events: number; archive: Archive | null };

const send = (id: string, mb: string) => api.post("/v1/events", { id, source: "t", type: "upload", customer: "acme", properties: { mb } });
const months = async () => (await api.get<{ data: Month[] }>("/v1/customers/acme/usage-archives")).data;
const january = async () => (await months()).find(({ month }) => month === "2026-01");
const folder = () => `usage/${api.environment}/acme/2026-01`;
const TOTAL = "12345678901234567890.8";

async function expectCountersUnchanged(): Promise<void> {
  expect([await usageOf(api, "acme", "mb"), await usageOf(api, "acme", "uploads")]).toEqual([TOTAL, "3"]);
}

describe("the raw events of a month", () => {
  it("stay in the ledger while they may still change, and are archived by themselves when nothing does", async () => {
    expect(await january()).toMatchObject({ state: "open", events: 3, archive: null });
    expect((await api.answer("POST", "/v1/customers/acme/usage-archives", { month: "2026-01" })).code).toBe("month_not_ready");
    // Identities of 10 January can come again for 35 days and the hour that a sender's clock may be ahead.
    await api.advance("2026-02-14T00:59:59Z");
    expect(await january()).toMatchObject({ state: "open" });
    await api.advance("2026-02-14T01:00:00Z");
    expect(await january()).toMatchObject({ state: "ready", archive: null });
    await api.advance("2026-03-10T00:00:00Z");
    expect(await january()).toMatchObject({ state: "archived", archive: { state: "archived", events: 3 } });
    await expectCountersUnchanged();
  });

  it("lie in file storage as compressed lines with a manifest: count, exact sums, hashes", async () => {
    await api.advance("2026-03-10T00:00:00Z");
    const archive = (await january())?.archive;
    expect(archive?.sums).toEqual({ mb: TOTAL, uploads: "3" });
    const [object] = archive?.objects ?? [];
    expect(object?.key).toBe(`${folder()}/v1/0001.ndjson.gz`);
    const content = new Uint8Array(await ((await env.FILES.get(object?.key ?? ""))?.arrayBuffer() ?? new ArrayBuffer()));
    expect(sha256(content)).toBe(object?.sha256);
    const lines = (await unpack(content)).map((line) => JSON.parse(line) as { event: { id: string; properties: { mb: string } } });
    expect(lines.map(({ event }) => [event.id, event.properties.mb])).toEqual([
      ["1", "0.1"],
      ["2", "0.2"],
      ["3", "12345678901234567890.5"],
    ]);
    const manifest = await (await env.FILES.get(`${folder()}/manifest.json`))?.json();
    expect(manifest).toEqual({
      format: 1,
      environment: api.environment,
      customer: "acme",
      month: "2026-01",
      events: 3,
      sums: { mb: TOTAL, uploads: "3" },
      sha256: sha256(object?.sha256 ?? ""),
      objects: archive?.objects,
    });
  });

  it("come back when they are asked for, with nothing counted twice, and can be archived again", async () => {
    await api.advance("2026-03-10T00:00:00Z");
    const before = (await january())?.archive;
    const restore = "/v1/customers/acme/usage-archives/2026-01/restore";
    expect(await api.answer("POST", restore)).toMatchObject({ status: 202, body: { state: "restoring" } });
    expect((await api.answer("POST", restore)).code).toBe("not_archived");
    await api.settle();
    expect(await january()).toMatchObject({ state: "restored", events: 3, archive: { state: "restored" } });
    await expectCountersUnchanged();
    const context = await contextFor(api);
    const page = await context.ledgers("acme").archivePage({ month: "2026-01", after: 0 });
    expect(page.lines).toHaveLength(3);

    expect(await api.post("/v1/customers/acme/usage-archives", { month: "2026-01" })).toEqual({ customer: "acme", months: ["2026-01"] });
    await api.settle();
    expect(await january()).toMatchObject({ state: "archived", archive: { state: "archived", sha256: before?.sha256 } });
    await expectCountersUnchanged();
  });

  it("are of a customer and month that exist", async () => {
    expect((await api.answer("GET", "/v1/customers/nobody/usage-archives")).status).toBe(404);
    expect((await api.answer("POST", "/v1/customers/acme/usage-archives/2020-01/restore")).status).toBe(404);
    expect((await api.answer("POST", "/v1/customers/acme/usage-archives", { month: "2026-13" })).status).toBe(422);
  });
});

describe("a crash while archiving", () => {
  /** The clock where January is ready, and nothing archived yet. */
  async function ready(): Promise<Context> {
    await api.advance("2026-03-08T12:00:00Z");
    const context = await contextFor(api);
    const later = Date.UTC(2026, 2, 9, 12);
    return { ...context, clock: { ...context.clock, now: () => later } };
  }

  const crash = () => Promise.reject(new Error("crash"));

  it.each([
    ["before an object lies there", (context: Context): Context => ({ ...context, files: { ...context.files, put: crash } })],
    ["before an object is read back", (context: Context): Context => ({ ...context, files: { ...context.files, get: crash } })],
    [
      "before the manifest lies there",
      (context: Context): Context => {
        const put: typeof context.files.put = (key, ...rest) => (key.endsWith(".json") ? crash() : context.files.put(key, ...rest));
        return { ...context, files: { ...context.files, put } };
      },
    ],
    ["before the ledger forgets", (context: Context): Context => ({ ...context, ledgers: without(context, "prune", crash) })],
    [
      "after the ledger forgot",
      (context: Context): Context => ({
        ...context,
        ledgers: without(context, "prune", async (call) => {
          await context.ledgers("acme").prune(call as Parameters<ReturnType<Context["ledgers"]>["prune"]>[0]);
          return crash();
        }),
      }),
    ],
  ])("%s loses nothing: the next try ends it", async (_when, broken) => {
    const context = await ready();
    await expect(archiveUsage(broken(context), { customerKey: "acme", month: null })).rejects.toThrow("crash");
    await expectCountersUnchanged();
    expect(await archiveUsage(context, { customerKey: "acme", month: null })).toMatchObject({ ok: true });
    expect(await january()).toMatchObject({ state: "archived", archive: { state: "archived", events: 3, sums: { mb: TOTAL } } });
    await expectCountersUnchanged();
  });

  it("or a delivery that another has overtaken does no harm to what the other archived", async () => {
    const context = await ready();
    let others = 0;
    const put: typeof context.files.put = async (...given) => {
      if (others++ === 0) await archiveUsage(context, { customerKey: "acme", month: null });
      return context.files.put(...given);
    };
    const overtaken = await archiveUsage({ ...context, files: { ...context.files, put } }, { customerKey: "acme", month: null });
    expect(overtaken).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(await january()).toMatchObject({ state: "archived", archive: { state: "archived", events: 3 } });
    await api.post("/v1/customers/acme/usage-archives/2026-01/restore");
    await api.settle();
    expect((await context.ledgers("acme").archivePage({ month: "2026-01", after: 0 })).lines).toHaveLength(3);
  });

  it("or damage in storage is noticed before anything is forgotten", async () => {
    const context = await ready();
    const get: typeof context.files.get = async (key) => (await context.files.get(key))?.with(10, 0) ?? null;
    await expect(archiveUsage({ ...context, files: { ...context.files, get } }, { customerKey: "acme", month: null })).rejects.toThrow(
      /is not what was written/,
    );
    expect(await january()).toMatchObject({ state: "ready" });
  });

  it("or other totals than the ledger's forget nothing", async () => {
    const context = await ready();
    const prune = () => Promise.resolve({ pruned: false });
    const refused = await archiveUsage({ ...context, ledgers: without(context, "prune", prune) }, { customerKey: "acme", month: null });
    expect(refused).toMatchObject({ ok: false, error: { code: "archive_mismatch" } });
    expect(await january()).toMatchObject({ state: "ready", archive: { state: "writing", events: 0 } });
  });
});

/** The ledgers, one of whose methods does something else. */
function without(context: Context, method: "prune", instead: (call: unknown) => Promise<{ pruned: boolean }>): Context["ledgers"] {
  return (...names) => ({ ...context.ledgers(...names), [method]: instead });
}
