import { quantityText } from "./quantity-text";

type Bar = { readonly start: string; readonly end: string; readonly value: string; readonly series?: string };

type Props = {
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly zone: string;
  /** What the chart spans, where it is more than the bars. */
  readonly span?: { readonly from: number; readonly to: number };
  /** With the hour, for windows shorter than a day. */
  readonly fine?: boolean;
  readonly height?: string;
};

const WIDTH = 640;
const HEIGHT = 96;
const FILLS = ["fill-accent", "fill-series-2", "fill-series-3", "fill-series-4", "fill-series-5"] as const;
const DOTS = ["bg-accent", "bg-series-2", "bg-series-3", "bg-series-4", "bg-series-5"] as const;

/**
 * Bars where their windows are in time, those of a window beside each other, with the same figures as a table for who cannot
 * see them. Heights are drawn from the texts; nothing is computed from them.
 */
export function UsageChart({ label, bars, zone, span, fine = false, height = "h-24" }: Props) {
  const highest = Math.max(0, ...bars.map(({ value }) => Number(value)));
  const all = [...new Set(bars.map(({ series }) => series ?? ""))];
  const shown = tallest(bars, all);
  const from = Math.min(span?.from ?? Infinity, ...bars.map(({ start }) => Date.parse(start)));
  const to = Math.max(span?.to ?? -Infinity, ...bars.map(({ end }) => Date.parse(end)));
  const timeOf = formatOf(zone, fine);
  const shortOf = formatOf(zone, fine, true);
  const peak = bars.find(({ value }) => Number(value) === highest);
  return (
    <figure>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={label}
        className={`${height} w-full border-b border-line`}
        preserveAspectRatio="none"
      >
        {[0.25, 0.5, 0.75].map((part) => (
          <line key={part} x1={0} x2={WIDTH} y1={HEIGHT * part} y2={HEIGHT * part} className="stroke-line" strokeDasharray="2 4" />
        ))}
        {bars.map(({ start, end, value, series = "" }) => {
          const place = shown.indexOf(series);
          if (place === -1 || highest === 0) return null;
          const [left, right] = [start, end].map((at) => ((Date.parse(at) - from) / (to - from)) * WIDTH) as [number, number];
          const slot = (right - left) / shown.length;
          const tall = Math.max(0, Number(value) / highest) * (HEIGHT - 4);
          const gap = Math.min(1.5, slot / 6);
          return (
            <rect
              key={`${start} ${series}`}
              x={left + place * slot + gap}
              y={HEIGHT - tall}
              width={Math.max(0.75, slot - 2 * gap)}
              height={tall}
              className={FILLS[place]}
            >
              <title>{`${timeOf(start)}${series === "" ? "" : ` · ${series}`}: ${quantityText(value)}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption className="mt-1 flex flex-wrap justify-between gap-x-3 text-xs text-muted">
        <span>{Number.isFinite(from) ? shortOf(new Date(from).toISOString()) : ""}</span>
        <span>{peak === undefined || highest === 0 ? "Nothing used" : `Most: ${quantityText(peak.value)} on ${shortOf(peak.start)}`}</span>
        <span>{Number.isFinite(to) ? shortOf(new Date(to - 1).toISOString()) : ""}</span>
        {all.length < 2 ? null : (
          <ul className="mt-1 flex w-full flex-wrap gap-x-4 gap-y-1" aria-label="Groups">
            {shown.map((series, place) => (
              <li key={series} className="flex items-center gap-1.5">
                <span aria-hidden className={`size-2.5 rounded-xs ${DOTS[place] ?? ""}`} />
                {series}
              </li>
            ))}
            {all.length > shown.length ? <li>{all.length - shown.length} more in the table</li> : null}
          </ul>
        )}
      </figcaption>
      <table className="sr-only">
        <caption>{label}</caption>
        <tbody>
          {bars.map(({ start, value, series = "" }) => (
            <tr key={`${start} ${series}`}>
              <th scope="row">{`${timeOf(start)} ${series}`}</th>
              <td>{quantityText(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

/** The groups with the tallest bars, as many as there are colours. */
function tallest(bars: readonly Bar[], all: readonly string[]): readonly string[] {
  const tops = new Map<string, number>();
  for (const { value, series = "" } of bars) tops.set(series, Math.max(tops.get(series) ?? 0, Number(value)));
  return all.toSorted((a, b) => (tops.get(b) ?? 0) - (tops.get(a) ?? 0)).slice(0, FILLS.length);
}

function formatOf(zone: string, fine: boolean, short = false): (at: string) => string {
  const day = short ? ({ month: "short", day: "numeric" } as const) : ({ year: "numeric", month: "short", day: "numeric" } as const);
  const hour = fine ? ({ hour: "2-digit", minute: "2-digit" } as const) : {};
  const format = new Intl.DateTimeFormat(undefined, { ...day, ...hour, timeZone: zone });
  return (at) => format.format(new Date(at));
}
