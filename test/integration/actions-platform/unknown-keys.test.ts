import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api, live } from "#test/support/api";
import { Platform } from "#test/support/platform";
import { steered } from "#test/support/steered-database";

let api: Api;
let lookups: number;
let minutes = 0;
let platform: Platform;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-05-01T00:00:00Z") + 120_000 * minutes++ });
  const known = await live();
  lookups = 0;
  const beforeRead = (sql: string) => {
    if (sql.includes('"hash" = ?')) lookups += 1;
    return Promise.resolve();
  };
  platform = new Platform({ DB: steered(env.DB, { beforeRead }) });
  api = known.through(platform);
  vi.setSystemTime(Date.now() + 60_000);
});
afterEach(() => void vi.useRealTimers());

const stranger = (index: number) =>
  new Api({ key: `tg_live_${String(index).padStart(43, "x")}`, environment: "", platform }).answer("GET", "/v1/customers");

describe("keys that somebody makes up", () => {
  it("cost one look-up each while they are remembered", async () => {
    for (let call = 0; call < 3; call++) expect((await stranger(1)).code).toBe("unauthenticated");
    expect(lookups).toBe(1);
  });

  it("cost a hundred look-ups a second at most, and those who are known notice nothing", async () => {
    await api.get("/v1/customers");
    lookups = 0;
    const codes: (string | null)[] = [];
    for (let index = 0; index < 150; index++) codes.push((await stranger(1_000 + index)).code);

    expect(lookups).toBe(100);
    expect(codes.slice(0, 100).every((code) => code === "unauthenticated")).toBe(true);
    expect(codes.slice(100).every((code) => code === "rate_limited")).toBe(true);
    expect((await api.answer("GET", "/v1/customers")).code).toBe(null);
    expect(lookups).toBe(100);
    vi.setSystemTime(Date.now() + 1_000);
    expect((await stranger(2_000)).code).toBe("unauthenticated");
  });
});
