import fc from "#test/domain/support/fast-check";
import { describe, expect, test } from "vitest";
import { boundary, cadenceFrom, type Interval, intervalUnits, periodIndex, periodOn } from "#domain/time/cadence";
import { addDays, calendarDate, dateParts } from "#domain/time/calendar-date";
import { daysInMonth } from "#domain/time/instant";
import { dates } from "#test/domain/support/arbitraries";
import { MONTHLY, YEARLY } from "#test/domain/support/plans";

const interval = (unit: Interval["unit"], count = 1): Interval => ({ unit, count });

describe("boundaries come from the anchor, never from the boundary before", () => {
  test("31 January is followed by 28 February and 31 March", () => {
    const cadence = cadenceFrom(calendarDate("2023-01-31"), MONTHLY);
    expect([0, 1, 2, 3, 4, 13].map((index) => boundary(cadence, index))).toEqual([
      "2023-01-31",
      "2023-02-28",
      "2023-03-31",
      "2023-04-30",
      "2023-05-31",
      "2024-02-29",
    ]);
  });

  test("a year from 29 February ends on the 28th, and in leap years again on the 29th", () => {
    const cadence = cadenceFrom(calendarDate("2024-02-29"), YEARLY);
    expect([1, 2, 3, 4].map((index) => boundary(cadence, index))).toEqual(["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]);
  });

  test.each([
    ["day", "2024-03-01", "2024-03-02"],
    ["week", "2024-03-01", "2024-03-08"],
    ["month", "2024-03-01", "2024-04-01"],
    ["quarter", "2024-03-01", "2024-06-01"],
    ["half_year", "2024-03-01", "2024-09-01"],
    ["year", "2024-03-01", "2025-03-01"],
  ] as const)("a %s from %s ends on %s", (unit, start, end) => {
    expect(periodOn(cadenceFrom(calendarDate(start), interval(unit)), calendarDate(start))).toEqual({ start, end });
  });

  test("every 18 months is one period", () => {
    expect(periodOn(cadenceFrom(calendarDate("2024-08-31"), interval("month", 18)), calendarDate("2025-08-31"))).toEqual({
      start: "2024-08-31",
      end: "2026-02-28",
    });
  });
});

describe("the period a subscription starts in", () => {
  test.each([
    [
      "a chosen day later in the month lies in the period begun a month before",
      "2024-01-01",
      MONTHLY,
      { day: 10 },
      { start: "2023-12-10", end: "2024-01-10" },
    ],
    ["a chosen day earlier in the month", "2024-01-20", MONTHLY, { day: 10 }, { start: "2024-01-10", end: "2024-02-10" }],
    ["day 31 in February", "2024-02-15", MONTHLY, { day: 31 }, { start: "2024-01-31", end: "2024-02-29" }],
    ["a year from a chosen month and day", "2024-02-15", YEARLY, { month: 7, day: 1 }, { start: "2023-07-01", end: "2024-07-01" }],
    ["a week from a chosen weekday (Monday)", "2024-05-02", interval("week"), { weekday: 1 }, { start: "2024-04-29", end: "2024-05-06" }],
    ["a week from a chosen weekday (Sunday)", "2024-05-05", interval("week"), { weekday: 7 }, { start: "2024-05-05", end: "2024-05-12" }],
    ["a quarter from its own day", "2024-07-15", interval("quarter"), { day: 1 }, { start: "2024-07-01", end: "2024-10-01" }],
  ] as const)("%s", (_title, start, every, choice, period) => {
    expect(periodOn(cadenceFrom(calendarDate(start), every, choice), calendarDate(start))).toEqual(period);
  });
});

const intervals = fc.record({ unit: fc.constantFrom(...intervalUnits), count: fc.integer({ min: 1, max: 18 }) });
const cadences = fc
  .record({ start: dates, interval: intervals, day: fc.option(fc.integer({ min: 1, max: 31 }), { nil: undefined }) })
  .map(({ start, interval: every, day }) => ({ start, cadence: cadenceFrom(start, every, day === undefined ? {} : { day }) }));

describe("whatever the anchor and the interval", () => {
  test("a date is in exactly one period, and periods touch without a gap", () => {
    fc.assert(
      fc.property(cadences, dates, ({ cadence }, date) => {
        const index = periodIndex(cadence, date);
        expect(boundary(cadence, index) <= date && date < boundary(cadence, index + 1)).toBe(true);
        expect(periodIndex(cadence, boundary(cadence, index))).toBe(index);
        expect(periodIndex(cadence, addDays(boundary(cadence, index), -1))).toBe(index - 1);
      }),
      { numRuns: 1_000 },
    );
  });

  test("the first period contains the start", () => {
    fc.assert(
      fc.property(cadences, ({ start, cadence }) => {
        expect(periodIndex(cadence, start)).toBe(0);
        expect(boundary(cadence, 0)).toBe(cadence.anchorOn);
      }),
    );
  });

  test("a monthly boundary lies on the anchor's day, or on the last day of a month too short for it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 31 }), dates, fc.integer({ min: -200, max: 200 }), (day, start, index) => {
        const { year, month, day: found } = dateParts(boundary(cadenceFrom(start, MONTHLY, { day }), index));
        expect(found).toBe(Math.min(day, daysInMonth(year, month)));
      }),
    );
  });
});
