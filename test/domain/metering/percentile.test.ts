import { describe, expect, it } from "vitest";
import { nearestRank } from "#domain/metering/percentile";
import { decimal } from "#domain/money/decimal";

describe("the nearest rank", () => {
  it.each([
    ["50", 4n, 2n],
    ["50", 5n, 3n],
    ["95", 20n, 19n],
    ["95", 1n, 1n],
    ["95", 21n, 20n],
    ["100", 7n, 7n],
    ["0.000000000001", 7n, 1n],
    ["99.9", 1_000n, 999n],
    ["99.9", 1_001n, 1_000n],
    ["33.333333333333", 3n, 1n],
    ["33.333333333334", 3n, 2n],
    ["95", 8_640n, 8_208n],
    ["7", 100n, 7n],
    ["29", 100n, 29n],
  ])("of percentile %s among %i is %i", (percentile, count, rank) => {
    expect(nearestRank(decimal(percentile), count)).toBe(rank);
  });
});
