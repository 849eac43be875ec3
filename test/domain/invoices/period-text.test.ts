import { expect, test } from "vitest";
import { periodText } from "#domain/invoices/period-text";
import { instantOf, zoneOf } from "#test/domain/support/plans";

test.each([
  ["a month says its last day", "UTC", "2023-11-01T00:00:00Z", "2023-12-01T00:00:00Z", "2023-11-01 – 2023-11-30"],
  ["days are those of the zone", "America/Los_Angeles", "2023-11-01T07:00:00Z", "2023-12-01T08:00:00Z", "2023-11-01 – 2023-11-30"],
  ["a day without a midnight is whole", "America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-06T02:00:00Z", "2018-11-04 – 2018-11-05"],
  ["one day is said once", "UTC", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z", "2024-02-29"],
  [
    "a cut in a day says both instants",
    "UTC",
    "2024-01-11T15:30:00Z",
    "2024-02-01T00:00:00Z",
    "2024-01-11T15:30:00Z until 2024-02-01T00:00:00Z",
  ],
  [
    "midnight elsewhere is no midnight",
    "Asia/Kolkata",
    "2024-01-01T00:00:00Z",
    "2024-02-01T00:00:00Z",
    "2024-01-01T00:00:00Z until 2024-02-01T00:00:00Z",
  ],
])("%s", (_title, zone, start, end, text) => {
  expect(periodText({ start: instantOf(start), end: instantOf(end) }, zoneOf(zone))).toBe(text);
});
