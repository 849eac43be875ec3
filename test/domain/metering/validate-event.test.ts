import { describe, expect, it } from "vitest";
import { fromCloudEvent } from "#domain/metering/cloud-event";
import type { JsonValue } from "#domain/metering/usage-event";
import { validateEvent } from "#domain/metering/validate-event";
import { MAY } from "#test/domain/metering/given";

const defaults = { source: "key", now: MAY };
const plain = { id: "1", type: "used", customer: "acme" };

/** The place and code of the refusal, or "taken". */
function verdict(raw: JsonValue): string {
  const result = validateEvent(raw, defaults);
  if (result.ok) return "taken";
  return `${result.error.errors?.[0]?.path} ${result.error.code}`;
}

describe("an event", () => {
  it("is taken with what the call says by default", () => {
    expect(validateEvent(plain, defaults)).toEqual({
      ok: true,
      value: {
        address: { customer: "acme" },
        event: { id: "1", source: "key", type: "used", time: MAY, timeIsGiven: false, subscription: null, properties: {} },
      },
    });
  });

  it("names its customer, or a subject that belongs to one, and not both", () => {
    expect(validateEvent({ id: "1", type: "used", subject: "user-7" }, defaults)).toMatchObject({
      value: { address: { subject: "user-7" } },
    });
    expect(validateEvent({ ...plain, subject: null }, defaults)).toMatchObject({ value: { address: { customer: "acme" } } });
    expect(verdict({ id: "1", type: "used" })).toBe("/customer required");
    expect(verdict({ ...plain, customer: null })).toBe("/customer required");
    expect(verdict({ ...plain, subject: "user-7" })).toBe("/subject ambiguous");
    expect(verdict({ id: "1", type: "used", subject: 7 })).toBe("/subject wrong_type");
    expect(verdict({ id: "1", type: "used", subject: " " })).toBe("/subject invalid_text");
  });

  it("has its properties under either name, and not both", () => {
    for (const name of ["properties", "data"]) {
      expect(validateEvent({ ...plain, [name]: { n: 1 } }, defaults)).toMatchObject({ value: { event: { properties: { n: 1 } } } });
      expect(validateEvent({ ...plain, [name]: null }, defaults)).toMatchObject({ value: { event: { properties: {} } } });
      expect(verdict({ ...plain, [name]: [1] })).toBe(`/${name} wrong_type`);
      expect(verdict({ ...plain, [name]: "n=1" })).toBe(`/${name} wrong_type`);
    }
    expect(verdict({ ...plain, data: {}, properties: {} })).toBe("/data ambiguous");
    expect(validateEvent({ ...plain, data: { n: 1 }, properties: null }, defaults)).toMatchObject({
      value: { event: { properties: { n: 1 } } },
    });
  });

  it.each<[JsonValue, string]>([
    [null, " invalid_event"],
    [[plain], " invalid_event"],
    ["{}", " invalid_event"],
    [{ ...plain, quantity: 1 }, "/quantity unknown_field"],
    [{ type: "used", customer: "acme" }, "/id required"],
    [{ ...plain, id: 1 }, "/id wrong_type"],
    [{ ...plain, id: "a\u0000b" }, "/id invalid_text"],
    [{ ...plain, id: "\ud800" }, "/id invalid_text"],
    [{ ...plain, id: "x".repeat(256) }, "/id invalid_text"],
    [{ ...plain, time: "2026-05-01T00:00:00" }, "/time offset_required"],
    [{ ...plain, time: 1 }, "/time wrong_type"],
    [{ ...plain, time: "2026-02-30T00:00:00Z" }, "/time invalid_time"],
    [{ ...plain, subscription: "" }, "/subscription invalid_text"],
  ])("of %j is refused at its fault: %s", (raw, expected) => {
    expect(verdict(raw)).toBe(expected);
  });
});

describe("a CloudEvent", () => {
  const cloud = { specversion: "1.0", id: "1", source: "/api", type: "used", subject: "user-7", data: { n: 1 } };

  it("says the same as the plain event of its subject", () => {
    const read = fromCloudEvent({
      ...cloud,
      time: "2026-05-01T00:00:00Z",
      datacontenttype: "application/json",
      traceparent: "00-1",
      subscription: "sub",
    });

    expect(read.ok && validateEvent(read.value, defaults)).toEqual({
      ok: true,
      value: {
        address: { subject: "user-7" },
        event: { id: "1", source: "/api", type: "used", time: MAY, timeIsGiven: true, subscription: "sub", properties: { n: 1 } },
      },
    });
  });

  it("needs a subject", () => {
    const { subject: _, ...anonymous } = cloud;
    const read = fromCloudEvent(anonymous);

    expect(read.ok && verdict(read.value)).toBe("/customer required");
  });

  it.each<[JsonValue, string]>([
    [[cloud], "invalid_event"],
    [{ ...cloud, specversion: "0.3" }, "unsupported_specversion"],
    [{ ...cloud, data_base64: "eyJuIjoxfQ==" }, "invalid_event"],
  ])("%j is refused, not read in part: %s", (raw, code) => {
    expect(fromCloudEvent(raw)).toMatchObject({ error: { code } });
  });
});
