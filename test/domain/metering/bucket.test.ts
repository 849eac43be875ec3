import { describe, expect, it } from "vitest";
import type { BucketWindow } from "#domain/catalog/meter";
import { bucketsBetween, bucketStart, countBuckets } from "#domain/metering/bucket";
import { formatInstant } from "#domain/time/instant";
import { UTC, type Zone } from "#domain/time/zone";
import { at } from "#test/domain/metering/given";
import fc from "#test/domain/support/fast-check";

const BERLIN = "Europe/Berlin" as Zone;
const LOS_ANGELES = "America/Los_Angeles" as Zone;
/** Half-hour zones, a 30-minute daylight saving, and a midnight that does not exist. */
const ZONES = [UTC, BERLIN, LOS_ANGELES, "Asia/Kolkata" as Zone, "Australia/Lord_Howe" as Zone, "America/Santiago" as Zone];

const start = (time: string, window: BucketWindow, zone: Zone): string => formatInstant(bucketStart(at(time), window, zone));
const startsOf = (from: string, to: string, window: BucketWindow, zone: Zone): string[] =>
  Array.from(bucketsBetween({ start: at(from), end: at(to) }, window, zone), (bucket) => formatInstant(bucket.start));

describe("a bucket", () => {
  it.each([
    ["2026-05-01T10:07:00Z", { unit: "minute", count: 5 }, UTC, "2026-05-01T10:05:00Z"],
    ["2026-05-01T10:05:00Z", { unit: "minute", count: 5 }, UTC, "2026-05-01T10:05:00Z"],
    ["2026-05-01T10:04:59.999Z", { unit: "minute", count: 5 }, UTC, "2026-05-01T10:00:00Z"],
    ["2026-05-01T10:07:00Z", { unit: "hour", count: 6 }, UTC, "2026-05-01T06:00:00Z"],
    ["2026-05-01T23:30:00Z", { unit: "day", count: 1 }, UTC, "2026-05-01T00:00:00Z"],
    ["2026-05-01T23:30:00Z", { unit: "day", count: 1 }, BERLIN, "2026-05-01T22:00:00Z"],
    ["2026-05-01T21:30:00Z", { unit: "hour", count: 6 }, BERLIN, "2026-05-01T16:00:00Z"],
    ["2026-05-01T10:40:00Z", { unit: "hour", count: 1 }, "Asia/Kolkata" as Zone, "2026-05-01T10:30:00Z"],
  ] as const)("of %s by %j in %s begins at %s", (time, window, zone, expected) => {
    expect(start(time, window, zone)).toBe(expected);
  });

  it("of six hours is the fifth, of one hour, on a day of 25", () => {
    expect(startsOf("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", { unit: "hour", count: 6 }, BERLIN)).toEqual([
      "2026-10-24T22:00:00Z",
      "2026-10-25T04:00:00Z",
      "2026-10-25T10:00:00Z",
      "2026-10-25T16:00:00Z",
      "2026-10-25T22:00:00Z",
    ]);
  });

  it("of six hours is shorter at the end of a day of 23", () => {
    expect(startsOf("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", { unit: "hour", count: 6 }, BERLIN)).toEqual([
      "2026-03-28T23:00:00Z",
      "2026-03-29T05:00:00Z",
      "2026-03-29T11:00:00Z",
      "2026-03-29T17:00:00Z",
    ]);
    expect(start("2026-03-29T22:00:00Z", { unit: "hour", count: 6 }, BERLIN)).toBe("2026-03-29T22:00:00Z");
  });

  it.each([
    { unit: "day", count: 1 },
    { unit: "hour", count: 24 },
    { unit: "minute", count: 1_440 },
  ] as const)("of a whole day (%j) is the local day, however long that is", (window) => {
    expect(startsOf("2025-11-01T07:00:00Z", "2025-11-04T08:00:00Z", window, LOS_ANGELES)).toEqual([
      "2025-11-01T07:00:00Z",
      "2025-11-02T07:00:00Z",
      "2025-11-03T08:00:00Z",
    ]);
  });

  it("belongs to a period that begins or ends within it", () => {
    expect(startsOf("2026-05-01T10:07:00Z", "2026-05-01T10:10:01Z", { unit: "minute", count: 5 }, UTC)).toEqual([
      "2026-05-01T10:05:00Z",
      "2026-05-01T10:10:00Z",
    ]);
    expect(startsOf("2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z", { unit: "minute", count: 5 }, UTC)).toEqual([]);
  });
});

const windows = fc.constantFrom<BucketWindow>(
  { unit: "minute", count: 15 },
  { unit: "minute", count: 45 },
  { unit: "hour", count: 1 },
  { unit: "hour", count: 8 },
  { unit: "day", count: 1 },
);
const anyTime = fc.integer({ min: at("2024-01-01T00:00:00Z"), max: at("2028-01-01T00:00:00Z") });
/** Clocks change in one of the zones. */
const changes = fc.constantFrom(
  ...["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-03-08T10:00:00Z", "2026-11-01T09:00:00Z"].map(at),
  ...["2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z", "2026-04-05T03:00:00Z", "2026-09-06T04:00:00Z"].map(at),
);
const aroundChanges = fc.tuple(changes, fc.integer({ min: 0, max: 2 * 86_400_000 })).map(([change, before]) => change - before);
const instants = fc.oneof(anyTime, aroundChanges);

describe("buckets", () => {
  it("follow each other without gap, hold their instants, and are as many as counted", () => {
    const lengths = fc.integer({ min: 0, max: 4 * 86_400_000 });
    fc.assert(
      fc.property(instants, lengths, windows, fc.constantFrom(...ZONES), (from, length, window, zone) => {
        const period = { start: from, end: from + length };
        const buckets = [...bucketsBetween(period, window, zone)];

        expect(buckets.length).toBe(countBuckets(period, window, zone));
        for (const [index, bucket] of buckets.entries()) {
          expect(bucket.start < bucket.end).toBe(true);
          if (index > 0) expect(bucket.start).toBe(buckets[index - 1]?.end);
          expect(bucketStart(bucket.start, window, zone)).toBe(bucket.start);
          expect(bucketStart(bucket.end - 1, window, zone)).toBe(bucket.start);
        }
        if (length > 0) {
          expect(buckets[0] !== undefined && buckets[0].start <= from && from < buckets[0].end).toBe(true);
          expect((buckets.at(-1)?.end ?? 0) >= period.end).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
