import fc from "#test/domain/support/fast-check";
import { describe, expect, test } from "vitest";
import { cadenceFrom } from "#domain/time/cadence";
import { addDays, calendarDate } from "#domain/time/calendar-date";
import { formatInstant } from "#domain/time/instant";
import { contains } from "#domain/time/period";
import { dateFrom, localDate, parseZone, startOfDay } from "#domain/time/zone";
import { billingPeriod } from "#domain/subscriptions/usage-window";
import { instantOf, MONTHLY, zoneOf } from "#test/domain/support/plans";

test.each(["UTC", "Europe/Kyiv", "Europe/Kiev", "America/Argentina/Buenos_Aires", "Asia/Kolkata", "Etc/GMT+5"])(
  "%s is a zone and keeps its name",
  (name) => {
    expect(parseZone(name)).toBe(name);
  },
);

test.each(["Mars/Phobos", "EST", "utc", "+02:00", "", "PST8PDT", "Europe/"])("%j is refused", (name) => {
  expect(parseZone(name)).toBeNull();
});

describe("a day begins with its first instant", () => {
  test.each([
    ["at midnight", "2024-07-01", "America/Los_Angeles", "2024-07-01T07:00:00Z"],
    ["on the day the clock goes forward at two", "2024-03-10", "America/Los_Angeles", "2024-03-10T08:00:00Z"],
    ["the day after", "2024-03-11", "America/Los_Angeles", "2024-03-11T07:00:00Z"],
    ["where midnight does not exist (São Paulo)", "2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z"],
    ["where midnight does not exist (Beirut)", "2022-03-27", "Asia/Beirut", "2022-03-26T22:00:00Z"],
    ["where midnight comes twice, the first one (Havana)", "2024-11-03", "America/Havana", "2024-11-03T04:00:00Z"],
    ["after a day that was left out (Apia)", "2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00Z"],
  ])("%s", (_title, date, zone, expected) => {
    expect(formatInstant(startOfDay(calendarDate(date), zoneOf(zone)))).toBe(expected);
  });
});

test("the day from an instant on: a midnight is its own day, a later moment the next one", () => {
  const zone = zoneOf("America/Los_Angeles");
  expect(dateFrom(instantOf("2024-07-01T07:00:00Z"), zone)).toBe("2024-07-01");
  expect(dateFrom(instantOf("2024-07-01T07:00:00.001Z"), zone)).toBe("2024-07-02");
});

const zones = fc
  .constantFrom(
    "UTC",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Havana",
  )
  .map(zoneOf);
const instants = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2060, 0, 1) });

describe("in zones with every kind of jump", () => {
  test("an instant lies in the local day it is said to lie in", () => {
    fc.assert(
      fc.property(zones, instants, (zone, instant) => {
        const date = localDate(instant, zone);
        expect(startOfDay(date, zone) <= instant && instant < startOfDay(addDays(date, 1), zone)).toBe(true);
      }),
    );
  });

  test("an instant is in exactly one billing period, and the next one begins where it ends", () => {
    fc.assert(
      fc.property(zones, instants, fc.integer({ min: 1, max: 31 }), (zone, instant, day) => {
        const cadence = cadenceFrom(localDate(instant, zone), MONTHLY, { day });
        const period = billingPeriod(cadence, instant, zone);
        expect(contains(period, instant)).toBe(true);
        expect(billingPeriod(cadence, period.end, zone).start).toBe(period.end);
        expect(billingPeriod(cadence, period.start - 1, zone).end).toBe(period.start);
      }),
    );
  });

  test("the month with the left-out day in Apia still touches both its neighbours", () => {
    const zone = zoneOf("Pacific/Apia");
    const cadence = cadenceFrom(calendarDate("2011-11-30"), MONTHLY);
    const december = billingPeriod(cadence, instantOf("2011-12-31T12:00:00Z"), zone);
    expect(formatInstant(december.start)).toBe("2011-12-30T10:00:00Z");
    expect(billingPeriod(cadence, december.start - 1, zone).end).toBe(december.start);
  });
});
