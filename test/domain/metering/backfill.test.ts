import { describe, expect, it } from "vitest";
import {
  type Backfill,
  finishClosing,
  finishReverting,
  firstPlace,
  openBackfill,
  outsideBackfill,
  startClosing,
  startReverting,
} from "#domain/metering/backfill";
import type { UsageEvent } from "#domain/metering/usage-event";
import { idOf, instantOf } from "#test/domain/support/plans";

const NOW = instantOf("2026-03-10T00:00:00Z");
const facts = {
  id: idOf("backfill", "bkf_1"),
  range: { start: instantOf("2026-03-01T00:00:00Z"), end: instantOf("2026-03-05T00:00:00Z") },
  types: ["call"],
  customers: ["acme"],
  mode: "replace" as const,
};

function taken<T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

const open = taken(openBackfill(facts, NOW));
const closing = taken(startClosing(open));
const closed = finishClosing(closing, NOW);
const reverting = taken(startReverting(closed));
const reverted = finishReverting(reverting, NOW);

describe("a backfill", () => {
  it("goes one version forward with each step", () => {
    expect([open, closing, closed, reverting, reverted].map(({ status, version }) => [status, version])).toEqual([
      ["open", 1],
      ["closing", 2],
      ["closed", 3],
      ["reverting", 4],
      ["reverted", 5],
    ]);
    expect(closed).not.toHaveProperty("place");
  });

  it("is closed only from open, and taken back from anywhere but the end", () => {
    const closes = (backfill: Backfill) => startClosing(backfill).ok;
    const reverts = (backfill: Backfill) => startReverting(backfill).ok;
    expect([open, closing, closed, reverting, reverted].map(closes)).toEqual([true, false, false, false, false]);
    expect([open, closing, closed, reverting, reverted].map(reverts)).toEqual([true, true, true, false, false]);
  });

  it("begins with every customer where it replaces everybody's usage, else with those it was loaded for", () => {
    expect(firstPlace({ mode: "replace", customers: null })).toEqual({ stage: "customers", after: "" });
    expect(firstPlace({ mode: "replace", customers: ["acme"] })).toEqual({ stage: "loaded", after: "" });
    expect(firstPlace({ mode: "add", customers: null })).toEqual({ stage: "loaded", after: "" });
  });

  it("takes what lies in its range, from the first instant to before the last, of its types and customers", () => {
    const takes = (time: string, type = "call", customer = "acme"): boolean =>
      outsideBackfill(open, { time: instantOf(time), type } as UsageEvent, customer) === null;
    expect(takes("2026-03-01T00:00:00Z")).toBe(true);
    expect(takes("2026-03-04T23:59:59.999Z")).toBe(true);
    expect(takes("2026-03-05T00:00:00Z")).toBe(false);
    expect(takes("2026-03-02T00:00:00Z", "completion")).toBe(false);
    expect(takes("2026-03-02T00:00:00Z", "call", "bolt")).toBe(false);
  });

  it("ends by now", () => {
    const end = NOW + 1;
    expect(openBackfill({ ...facts, range: { ...facts.range, end } }, NOW)).toMatchObject({
      ok: false,
      error: { code: "range_in_future" },
    });
  });
});
