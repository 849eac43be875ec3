/** A day in the zone it is meant in, with the exact instant to point at. */
export function DayText({ at, zone }: { readonly at: string | null; readonly zone?: string }) {
  if (at === null) return <span className="text-muted">–</span>;
  const text = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: zone ?? "UTC" }).format(new Date(at));
  return (
    <time dateTime={at} title={`${at}${zone === undefined ? "" : ` (${zone})`}`} className="whitespace-nowrap tabular-nums">
      {text}
    </time>
  );
}

/** Periods are half-open: the last day shown is that of the instant before the end. One without an end is open. */
export function PeriodText({ start, end, zone }: { readonly start: string; readonly end: string | null; readonly zone: string }) {
  return (
    <span className="whitespace-nowrap">
      <DayText at={start} zone={zone} /> – <DayText at={end === null ? null : new Date(Date.parse(end) - 1).toISOString()} zone={zone} />
    </span>
  );
}

/** An instant to the second, in the zone it is meant in. */
export function InstantText({ at, zone }: { readonly at: string | null; readonly zone?: string }) {
  if (at === null) return <span className="text-muted">–</span>;
  const style = { dateStyle: "medium", timeStyle: "medium", timeZone: zone ?? "UTC" } as const;
  return (
    <time dateTime={at} title={`${at}${zone === undefined ? "" : ` (${zone})`}`} className="tabular-nums sm:whitespace-nowrap">
      {new Intl.DateTimeFormat(undefined, style).format(new Date(at))}
    </time>
  );
}
