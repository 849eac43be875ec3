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

/** Periods are half-open: the last day shown is that of the instant before the end. */
export function PeriodText({ start, end, zone }: { readonly start: string; readonly end: string; readonly zone: string }) {
  return (
    <span className="whitespace-nowrap">
      <DayText at={start} zone={zone} /> – <DayText at={new Date(Date.parse(end) - 1).toISOString()} zone={zone} />
    </span>
  );
}
