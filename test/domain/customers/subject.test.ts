import { describe, expect, it } from "vitest";
import { assignSubject, endSubject, type Subject, subjectAt } from "#domain/customers/subject";
import type { Id } from "#domain/ids";
import fc from "#test/domain/support/fast-check";

const holder = (name: string) => ({ customerId: `cus_${name}` as Id<"customer">, customerKey: name });
const assign = (history: readonly Subject[], name: string, rest: Partial<Parameters<typeof assignSubject>[1]> = {}) =>
  assignSubject(history, { subject: "s", holder: holder(name), from: null, noticed: 100, namesake: null, ...rest });
const held = (name: string, from: number, to: number | null, version = 1): Subject => ({
  subject: "s",
  ...holder(name),
  from,
  to,
  version,
});

describe("a subject", () => {
  it("that nobody had begins with time, or where it is told to", () => {
    expect(assign([], "a")).toMatchObject({ value: { ended: null, begun: { from: 0, to: null, version: 1 } } });
    expect(assign([], "a", { from: 40 })).toMatchObject({ value: { begun: { from: 40 } } });
  });

  it("that is somebody's moves when every way in has heard of it, and not before", () => {
    expect(assign([held("a", 0, null)], "b")).toMatchObject({
      value: { ended: { to: 100, version: 2 }, begun: { from: 100, version: 2 } },
    });
    expect(assign([held("a", 0, null)], "b", { from: 99 })).toMatchObject({ error: { code: "subject_taken" } });
    expect(assign([held("a", 0, null)], "b", { from: 500 })).toMatchObject({ value: { ended: { to: 500 }, begun: { from: 500 } } });
  });

  it("that will be somebody's moves after it has begun", () => {
    expect(assign([held("a", 300, null)], "b", { from: 300 })).toMatchObject({ error: { code: "subject_taken" } });
    expect(assign([held("a", 300, null)], "b")).toMatchObject({ value: { begun: { from: 301 } } });
  });

  it("that ended is free from its end on", () => {
    expect(assign([held("a", 0, 50)], "b")).toMatchObject({ value: { ended: null, begun: { from: 50, version: 2 } } });
    expect(assign([held("a", 0, 50)], "b", { from: 49 })).toMatchObject({ error: { code: "subject_taken" } });
  });

  it("that is another customer's key is that customer's until it is taken", () => {
    expect(assign([], "a", { namesake: "s" })).toMatchObject({ value: { begun: { from: 100 } } });
    expect(assign([], "a", { namesake: "s", from: 99 })).toMatchObject({ error: { code: "subject_taken" } });
    expect(assign([held("b", 0, 200)], "a", { namesake: "s" })).toMatchObject({ value: { begun: { from: 200 } } });
  });

  it("ends for the customer who has it, now or later", () => {
    const end = (at: number | null, name = "a") =>
      endSubject([held("a", 0, null)], { customer: holder(name).customerId, at, noticed: 100 });
    expect(end(null)).toMatchObject({ value: { to: 100, version: 2 } });
    expect(end(700)).toMatchObject({ value: { to: 700 } });
    expect(end(99)).toMatchObject({ error: { code: "out_of_range" } });
    expect(end(null, "b")).toMatchObject({ error: { code: "not_found" } });
  });

  it("is one customer's at most at any instant, whatever is tried, and what was decided for the past stays", () => {
    const step = fc.record({
      name: fc.constantFrom("a", "b", "c"),
      at: fc.option(fc.integer({ min: 0, max: 400 }), { nil: null }),
      ends: fc.boolean(),
      pause: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let history: Subject[] = [];
        let now = 0;
        for (const { name, at, ends, pause } of steps) {
          now += pause;
          const before = history;
          if (ends) {
            const ended = endSubject(history, { customer: holder(name).customerId, at, noticed: now });
            if (ended.ok) history = [...history.slice(0, -1), ended.value];
          } else {
            const assigned = assign(history, name, { from: at, noticed: now });
            if (!assigned.ok) continue;
            history = [
              ...(assigned.value.ended === null ? history : [...history.slice(0, -1), assigned.value.ended]),
              assigned.value.begun,
            ];
          }
          for (let instant = 0; instant <= 500; instant += 7) {
            expect(history.filter(({ from, to }) => from <= instant && (to === null || instant < to)).length).toBeLessThanOrEqual(1);
            const was = subjectAt(before, instant);
            if (instant < now && was !== null) expect(subjectAt(history, instant)?.customerKey).toBe(was.customerKey);
          }
          expect(history.map(({ version }) => version)).toEqual([...history].map(({ version }) => version).sort((x, y) => x - y));
        }
      }),
    );
  });
});
