import { quantityText } from "./quantity-text";

type Day = { readonly start: string; readonly value: string };

const WIDTH = 640;
const HEIGHT = 96;

/** Bars per day, with the same figures as a table for who cannot see them. Heights are drawn from the texts; nothing is computed from them. */
export function UsageChart({ label, days, zone }: { readonly label: string; readonly days: readonly Day[]; readonly zone: string }) {
  const heights = days.map(({ value }) => Number(value));
  const highest = Math.max(1, ...heights);
  const step = WIDTH / Math.max(1, days.length);
  const shortDay = (start: string): string =>
    new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", timeZone: zone }).format(new Date(start));
  const peak = days.find((_, index) => heights[index] === highest);
  const dayOf = (start: string): string =>
    new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: zone }).format(new Date(start));
  return (
    <figure>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={label}
        className="h-24 w-full border-b border-line"
        preserveAspectRatio="none"
      >
        {days.map(({ start, value }, index) => {
          const height = ((heights[index] ?? 0) / highest) * (HEIGHT - 4);
          return (
            <rect
              key={start}
              x={index * step + 1}
              y={HEIGHT - height}
              width={Math.max(1, step - 2)}
              height={height}
              rx={1.5}
              className="fill-accent"
            >
              <title>{`${dayOf(start)}: ${quantityText(value)}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption className="mt-1 flex flex-wrap justify-between gap-x-3 text-xs text-muted">
        <span>{peak === undefined ? "Nothing used" : `Most: ${quantityText(peak.value)} on ${shortDay(peak.start)}`}</span>
        {days[0] === undefined ? null : <span>since {shortDay(days[0].start)}</span>}
      </figcaption>
      <table className="sr-only">
        <caption>{label}</caption>
        <tbody>
          {days.map(({ start, value }) => (
            <tr key={start}>
              <th scope="row">{dayOf(start)}</th>
              <td>{quantityText(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
