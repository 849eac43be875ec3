import { Link } from "@tanstack/react-router";
import type { components } from "#sdk/schema";
import { MoneyText } from "./money-text";
import { QuantityText } from "./quantity-text";
import { PeriodText } from "./time-text";

type BillEffect = components["schemas"]["BillEffect"];

const PLACES = {
  open_period: "The bill so far of the open period changes.",
  draft: "The draft invoice changes.",
  next_invoice: "The issued invoice stays as it is; the next one carries the difference.",
} as const;

/** What a change of usage changes on bills: which quantity, which line, by how much, and where it lands. */
export function BillEffects({ effects, zone }: { readonly effects: readonly BillEffect[]; readonly zone: string }) {
  if (effects.length === 0) return <p className="text-muted">No bill changes.</p>;
  return (
    <ul className="space-y-3" aria-label="Effects on bills">
      {effects.map((effect) => (
        <li key={`${effect.subscription} ${effect.meter} ${effect.period.start}`} className="rounded-lg border border-line">
          <div className="flex flex-wrap justify-between gap-x-4 px-3 py-2">
            <span className="font-medium">{effect.meter}</span>
            <span>
              <QuantityText value={effect.before} /> → <QuantityText value={effect.after} />
            </span>
            <span className="w-full text-xs text-muted">
              <PeriodText {...effect.period} zone={zone} /> · {PLACES[effect.lands_on]}{" "}
              {effect.invoice === null ? null : (
                <Link to="/invoices/$invoice" params={{ invoice: effect.invoice.id }} className="text-accent hover:underline">
                  {effect.invoice.number ?? "Draft"}
                </Link>
              )}
            </span>
          </div>
          {effect.lines.length === 0 ? (
            <p className="border-t border-line px-3 py-2 text-xs text-muted">No amount changes.</p>
          ) : (
            <table className="w-full border-t border-line text-xs">
              <thead>
                <tr className="text-left text-muted">
                  <th scope="col" className="px-3 py-1.5 font-medium">
                    Line
                  </th>
                  {["Before", "After", "Difference"].map((title) => (
                    <th key={title} scope="col" className="px-3 py-1.5 text-right font-medium">
                      {title}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {effect.lines.map(({ price, period, before, after, difference, currency }) => (
                  <tr key={`${price} ${period.start} ${period.end}`} className="border-t border-line">
                    <td className="px-3 py-1.5 wrap-anywhere">{price}</td>
                    <td className="px-3 py-1.5 text-right">
                      <MoneyText amount={before} currency={currency} />
                    </td>
                    <td className="px-3 py-1.5 text-right">
                      <MoneyText amount={after} currency={currency} />
                    </td>
                    <td className="px-3 py-1.5 text-right font-semibold">
                      <MoneyText amount={difference} currency={currency} signed />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </li>
      ))}
    </ul>
  );
}
