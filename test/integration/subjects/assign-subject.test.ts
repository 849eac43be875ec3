import { beforeEach, describe, expect, it } from "vitest";
import { type Api, sandbox } from "#test/support/api";
import { usageOf } from "#test/support/context";
import { customer } from "#test/support/catalog";

let api: Api;
beforeEach(async () => {
  api = await sandbox("2026-03-01T00:00:00Z");
  await api.post("/v1/meters", { key: "calls", name: "Calls", event_type: "call", aggregation: "count" });
  await customer(api, "acme");
  await customer(api, "beta");
});

const assign = (key: string, subject: string, from?: string) => api.answer("POST", `/v1/customers/${key}/subjects`, { subject, from });
const send = (subject: string, id: string, time?: string) => api.post("/v1/events", { id, source: "t", type: "call", subject, time });
const counted = (key: string) => usageOf(api, key, "calls");

describe("a subject", () => {
  it("that nobody had is the customer's as far back as there is time", async () => {
    expect(await assign("acme", "w1")).toMatchObject({
      status: 201,
      body: { object: "subject", subject: "w1", customer: "acme", from: "1970-01-01T00:00:00Z", to: null },
    });
    await send("w1", "a", "2026-02-20T00:00:00Z");
    expect(await counted("acme")).toBe("1");
  });

  it("may be one of many from the customer's creation on", async () => {
    await customer(api, "gamma", { subjects: ["w1", "w2"] });
    await send("w1", "a");
    await send("w2", "b");
    expect(await counted("gamma")).toBe("2");
    const { data } = await api.get<{ data: { subject: string }[] }>("/v1/customers/gamma/subjects");
    expect(data.map(({ subject }) => subject)).toEqual(["w1", "w2"]);
  });

  it("of another customer is not taken by creating one", async () => {
    await assign("acme", "w1");
    const answer = await api.answer<{ errors: unknown }>("POST", "/v1/customers", { key: "gamma", name: "Gamma", subjects: ["w0", "w1"] });
    expect(answer).toMatchObject({ status: 409, code: "subject_taken", body: { errors: [{ path: "/subjects/1" }] } });
    expect((await api.answer("GET", "/v1/customers/gamma")).status).toBe(404);
  });

  it("moves at an instant: events before it are the old customer's, whenever they arrive", async () => {
    await assign("acme", "w1");
    expect((await assign("beta", "w1", "2026-03-10T00:00:00Z")).status).toBe(201);
    await api.advance("2026-03-20T00:00:00Z");
    await send("w1", "before", "2026-03-09T23:59:59.999Z");
    await send("w1", "at", "2026-03-10T00:00:00Z");
    await send("w1", "late", "2026-03-02T00:00:00Z");
    expect([await counted("acme"), await counted("beta")]).toEqual(["2", "1"]);
    expect(await api.get("/v1/customers/acme/subjects")).toMatchObject({
      data: [{ subject: "w1", from: "1970-01-01T00:00:00Z", to: "2026-03-10T00:00:00Z" }],
    });
  });

  it("moves now when nothing else is said, and never in the past", async () => {
    await assign("acme", "w1");
    expect((await assign("beta", "w1", "2026-02-28T00:00:00Z")).code).toBe("subject_taken");
    expect((await assign("beta", "w1")).body).toMatchObject({ from: "2026-03-01T00:00:00Z" });
    expect((await assign("acme", "w1", "2026-03-01T00:00:00Z")).code).toBe("subject_taken");
  });

  it("is not given to a customer twice", async () => {
    await assign("acme", "w1");
    expect((await assign("acme", "w1")).code).toBe("already_assigned");
  });

  it("ends at an instant, and may be had by another from that one on", async () => {
    await assign("acme", "w1");
    const ended = await api.post("/v1/customers/acme/subjects/w1/end", { at: "2026-03-05T00:00:00Z" });
    expect(ended).toMatchObject({ to: "2026-03-05T00:00:00Z" });
    expect((await assign("beta", "w1", "2026-03-04T00:00:00Z")).code).toBe("subject_taken");
    expect((await assign("beta", "w1")).body).toMatchObject({ from: "2026-03-05T00:00:00Z" });
    expect((await api.answer("POST", "/v1/customers/acme/subjects/w1/end", {})).status).toBe(404);
    expect((await api.answer("POST", "/v1/customers/beta/subjects/none/end", {})).status).toBe(404);
  });

  it("does not end in the past: what was counted stays", async () => {
    await assign("acme", "w1");
    expect((await api.answer("POST", "/v1/customers/acme/subjects/w1/end", { at: "2026-02-01T00:00:00Z" })).code).toBe("out_of_range");
  });

  it("is a customer's key or id too, as long as nobody has it", async () => {
    const { id } = await api.get<{ id: string }>("/v1/customers/acme");
    await send("acme", "a");
    await send(id, "b");
    expect(await counted("acme")).toBe("2");
    expect((await assign("beta", "acme", "2026-02-28T00:00:00Z")).code).toBe("subject_taken");
    expect((await assign("beta", "acme")).body).toMatchObject({ from: "2026-03-01T00:00:00Z" });
    await send("acme", "c", "2026-02-28T00:00:00Z");
    await send("acme", "d");
    expect([await counted("acme"), await counted("beta")]).toEqual(["3", "1"]);
  });

  it("is previewed without being moved", async () => {
    await api.post("/v1/customers/acme/subjects?preview=true", { subject: "w1" });
    expect(await api.get("/v1/customers/acme/subjects")).toEqual({ data: [], next_cursor: null });
  });
});
