import { describe, expect, it } from "vitest";
import type { Id } from "#domain/ids";
import { openBackfill } from "#domain/metering/backfill";
import type { Period } from "#domain/time/period";

const NOW = 1_000;
const opened = (range: Period) => openBackfill({ id: "bkf_1" as Id<"backfill">, range, types: null, customers: null, mode: "add" }, NOW);

describe("a backfill", () => {
  it("that has no range or ends after now is refused at its end", () => {
    expect(opened({ start: 10, end: 10 })).toMatchObject({ ok: false, error: { code: "invalid_range", errors: [{ path: "/to" }] } });
    expect(opened({ start: 10, end: 1_001 })).toMatchObject({ ok: false, error: { code: "range_in_future", errors: [{ path: "/to" }] } });
    expect(opened({ start: 10, end: 1_000 })).toMatchObject({ ok: true });
  });
});
