import { expect, it } from "vitest";
import { sandbox } from "#test/support/api";
import { customer } from "#test/support/catalog";

it("lists what types and properties arrived, of which kinds, when, and which meters read them", async () => {
  const api = await sandbox("2026-03-01T12:00:00Z");
  await api.post("/v1/meters", { key: "tokens", name: "Tokens", event_type: "llm", aggregation: "sum", value_property: "tokens" });
  await api.post("/v1/meters", { key: "old", name: "Old", event_type: "llm", aggregation: "count" });
  await api.post("/v1/meters/old/archive");
  await customer(api, "acme");
  const send = (customerKey: string, type: string, id: string, properties: unknown) =>
    api.post("/v1/events", { id, source: "t", type, customer: customerKey, properties });

  await send("acme", "llm", "1", { tokens: 5, model: "m1" });
  await api.advance("2026-03-02T15:30:00Z");
  await send("acme", "llm", "2", { tokens: "7", tags: ["a"], fast: true });
  await send("nobody", "chat", "3", { to: { name: "x" }, note: null });
  await api.advance("2026-03-02T15:31:00Z");

  expect(await api.get("/v1/event-types")).toEqual({
    data: [
      {
        object: "event_type",
        type: "chat",
        first_seen_at: "2026-03-02T15:30:00Z",
        last_seen_at: "2026-03-02T15:30:00Z",
        properties: [
          { name: "note", kinds: ["null"] },
          { name: "to", kinds: ["object"] },
        ],
        meters: [],
      },
      {
        object: "event_type",
        type: "llm",
        first_seen_at: "2026-03-01T12:00:00Z",
        last_seen_at: "2026-03-02T15:30:00Z",
        properties: [
          { name: "fast", kinds: ["boolean"] },
          { name: "model", kinds: ["text"] },
          { name: "tags", kinds: ["list"] },
          { name: "tokens", kinds: ["number", "text"] },
        ],
        meters: ["tokens"],
      },
    ],
    next_cursor: null,
  });
  expect(await api.get("/v1/event-types?limit=1")).toMatchObject({ data: [{ type: "chat" }], next_cursor: expect.any(String) });
});
