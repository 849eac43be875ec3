import fc from "#test/domain/support/fast-check";
import { expect, test } from "vitest";
import { addDays, calendarDate, dateOf, dateParts, daysBetween, parseCalendarDate } from "#domain/time/calendar-date";
import { sharedDays, withoutRanges } from "#domain/time/date-ranges";
import type { DateRange } from "#domain/time/period";
import { dates } from "#test/domain/support/arbitraries";

test.each(["2023-02-29", "2024-02-30", "2024-13-01", "2024-00-01", "2024-1-1", "1999-12-31", "2200-01-01", "2024-01-01T00:00:00Z", ""])(
  "%j is refused",
  (text) => {
    expect(parseCalendarDate(text)).toBeNull();
  },
);

test.each(["2000-02-29", "2024-02-29", "2199-12-31"])("%s is taken as it is", (text) => {
  expect(parseCalendarDate(text)).toBe(text);
});

test("days added are days counted, and parts make the date again", () => {
  fc.assert(
    fc.property(dates, fc.integer({ min: -4_000, max: 4_000 }), (date, days) => {
      expect(daysBetween(date, addDays(date, days))).toBe(days);
      const { year, month, day } = dateParts(date);
      expect(dateOf(year, month, day)).toBe(date);
    }),
  );
});

const ranges = fc.tuple(dates, fc.integer({ min: 1, max: 60 })).map(([start, days]): DateRange => ({ start, end: addDays(start, days) }));

test("what is left of a range and what was taken from it make the range again", () => {
  fc.assert(
    fc.property(
      ranges,
      fc.array(fc.tuple(fc.integer({ min: -30, max: 90 }), fc.integer({ min: 1, max: 30 })), { maxLength: 4 }),
      (range, offsets) => {
        const others = offsets.map(([from, days]) => ({ start: addDays(range.start, from), end: addDays(range.start, from + days) }));
        const left = withoutRanges(range, others);
        for (let date = range.start; date < range.end; date = addDays(date, 1)) {
          const isTaken = others.some((other) => other.start <= date && date < other.end);
          expect(left.filter((part) => part.start <= date && date < part.end).length).toBe(isTaken ? 0 : 1);
        }
        expect(left.every((part) => range.start <= part.start && part.start < part.end && part.end <= range.end)).toBe(true);
      },
    ),
  );
});

test("neighbouring half-open ranges share no day", () => {
  const january = { start: calendarDate("2024-01-01"), end: calendarDate("2024-02-01") };
  const february = { start: calendarDate("2024-02-01"), end: calendarDate("2024-03-01") };
  expect(sharedDays(january, february)).toBeNull();
});
