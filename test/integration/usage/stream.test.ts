import { beforeEach, describe, expect, it } from "vitest";
import type { components } from "#sdk/schema";
import { type Api, sandbox } from "#test/support/api";
import { catalog, publishPlan, subscribe, usage } from "#test/support/catalog";

type Message = components["schemas"]["UsageMessage"];

let api: Api;

beforeEach(async () => {
  api = await sandbox("2026-01-01T00:00:00Z");
  await catalog(api);
  await publishPlan(api, "metered", [usage("calls", "0.10")]);
  await subscribe(api, "ada", "metered");
});

/** What somebody hears who begins to watch now. */
async function firstHeard(customer: string): Promise<Message> {
  const request = new Request(`http://tollgate.test/v1/customers/${customer}/stream`, { headers: { authorization: `Bearer ${api.key}` } });
  const reader = (await api.platform.fetch(request)).body?.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return JSON.parse(value.split("data: ")[1] ?? "null") as Message;
}

describe("who begins to watch", () => {
  it("hears the period that the environment's clock is in, also when nothing has happened in it yet", async () => {
    await api.post("/v1/events", { id: "1", type: "completion", customer: "ada", time: "2026-01-01T00:00:00Z", properties: {} });
    await api.advance("2026-02-10T00:00:00Z");

    const { as_of, meters } = await firstHeard("ada");

    expect(as_of).toBe("2026-02-10T00:00:00Z");
    expect(meters).toEqual([
      expect.objectContaining({ meter: "calls", value: "0", period: { start: "2026-02-01T00:00:00Z", end: "2026-03-01T00:00:00Z" } }),
    ]);
  });
});
