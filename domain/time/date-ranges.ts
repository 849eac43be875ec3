import type { DateRange } from "#domain/time/period";

/** What is left of `range` after taking away each of `others`: ordered, not empty, not overlapping. */
export function withoutRanges(range: DateRange, others: readonly DateRange[]): DateRange[] {
  return others.reduce<DateRange[]>((left, other) => left.flatMap((part) => withoutRange(part, other)), [range]);
}

/** The days two ranges share, or null. */
export function sharedDays(a: DateRange, b: DateRange): DateRange | null {
  const start = a.start > b.start ? a.start : b.start;
  const end = a.end < b.end ? a.end : b.end;
  return start < end ? { start, end } : null;
}

function withoutRange(range: DateRange, other: DateRange): DateRange[] {
  const shared = sharedDays(range, other);
  if (shared === null) return [range];
  const parts = [
    { start: range.start, end: shared.start },
    { start: shared.end, end: range.end },
  ];
  return parts.filter(({ start, end }) => start < end);
}
