import fc from "#test/domain/support/fast-check";
import { describe, expect, test } from "vitest";
import { formatInstant, parseInstant } from "#domain/time/instant";

describe("a time that is taken", () => {
  test.each([
    ["2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z"],
    ["2024-01-01t00:00:00z", "2024-01-01T00:00:00Z"],
    ["2024-01-01T00:00:00+14:00", "2023-12-31T10:00:00Z"],
    ["2024-01-01T00:00:00-12:00", "2024-01-01T12:00:00Z"],
    ["2024-01-01T05:30:00+05:30", "2024-01-01T00:00:00Z"],
    ["2024-01-01T00:00:00.5Z", "2024-01-01T00:00:00.500Z"],
    ["2024-01-01T00:00:00-00:00", "2024-01-01T00:00:00Z"],
    ["2000-01-01T00:00:00Z", "2000-01-01T00:00:00Z"],
    ["2199-12-31T23:59:59.999Z", "2199-12-31T23:59:59.999Z"],
  ])("%s is %s", (text, expected) => {
    const instant = parseInstant(text);
    expect(typeof instant === "number" ? formatInstant(instant) : instant).toBe(expected);
  });

  test("finer than a millisecond is cut: the last nanosecond of a month stays in it", () => {
    expect(parseInstant("2024-01-31T23:59:59.999999999Z")).toBe(Date.UTC(2024, 0, 31, 23, 59, 59, 999));
  });

  test("a leap second is the last millisecond of its minute", () => {
    expect(parseInstant("2016-12-31T23:59:60Z")).toBe(Date.UTC(2016, 11, 31, 23, 59, 59, 999));
  });
});

describe("a time that is refused", () => {
  test.each([
    "2023-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2024-02-30T00:00:00Z",
    "2024-04-31T00:00:00Z",
    "2024-00-10T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-01-00T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:60:00Z",
    "2024-01-01T00:00:61Z",
    "2024-01-01T00:00:00+25:00",
    "2024-01-01T00:00:00+14:60",
    "2024-01-01 00:00:00Z",
    "2024-1-1",
    "2024-01-01",
    "01/02/2024",
    "1",
    "Jan 1 2024",
    "",
    "1704067200",
    "-0001-01-01T00:00:00Z",
    "+275760-01-01T00:00:00Z",
    "2024-01-01T00:00:00.1234567890123Z",
  ])("%j is no time", (text) => {
    expect(parseInstant(text)).toBe("invalid_time");
  });

  test("a time without an offset is refused, not guessed", () => {
    expect(parseInstant("2024-01-01T00:00:00")).toBe("offset_required");
  });

  test.each(["0000-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "9999-01-01T00:00:00Z"])(
    "%s is out of range",
    (text) => {
      expect(parseInstant(text)).toBe("out_of_range");
    },
  );
});

test("every instant reads back from its text", () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2200, 0, 1) - 1 }), (instant) => {
      expect(parseInstant(formatInstant(instant))).toBe(instant);
    }),
  );
});
