import type { InvoiceLine } from "#sdk/client";
import { MoneyText } from "./money-text";
import { QuantityText, quantityText } from "./quantity-text";
import { PeriodText } from "./time-text";

/** A line as it is shown; the steps may be missing. */
export type ShownLine = Pick<InvoiceLine, "price" | "description" | "quantity" | "amount" | "steps"> & {
  readonly period: { readonly start: string; readonly end: string | null };
};

type Props = {
  readonly lines: readonly ShownLine[];
  readonly currency: string;
  readonly zone: string;
  readonly sums: readonly { readonly label: string; readonly amount: number }[];
};

/** The lines of a bill with the steps behind each amount, so that a reader can add them up. */
export function LineTable({ lines, currency, zone, sums }: Props) {
  return (
    <table className="w-full text-sm">
      <thead>
        <tr className="border-b border-line text-left text-xs text-muted">
          <th scope="col" className="px-3 py-2.5 font-medium sm:px-5">
            Description
          </th>
          <th scope="col" className="hidden px-5 py-2.5 text-right font-medium sm:table-cell">
            Quantity
          </th>
          <th scope="col" className="px-3 py-2.5 text-right font-medium sm:px-5">
            Amount
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line, index) => (
          // Two lines may say the same; their order tells them apart.
          // oxlint-disable-next-line no-array-index-key
          <tr key={`${index} ${line.price} ${line.period.start}`} className="border-b border-line">
            <td className="px-3 py-3 sm:px-5">
              <div>{line.description}</div>
              <div className="text-xs text-muted">
                <PeriodText {...line.period} zone={zone} />
              </div>
              <div className="text-xs text-muted sm:hidden">
                Quantity <QuantityText value={line.quantity} />
              </div>
              {line.steps.map(({ label, quantity, unit_amount, amount }) => (
                <div key={label} className="text-xs text-muted tabular-nums">
                  {label}: {quantityText(quantity)}
                  {unit_amount === "" ? "" : ` × ${unit_amount}`} = {amount}
                </div>
              ))}
            </td>
            <td className="hidden px-5 py-3 text-right align-top sm:table-cell">
              <QuantityText value={line.quantity} />
            </td>
            <td className="px-3 py-3 text-right align-top sm:px-5">
              <MoneyText amount={line.amount} currency={currency} />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        {sums.map(({ label, amount }) => (
          <tr key={label} className="last:font-semibold">
            <td className="hidden sm:table-cell" />
            <td className="px-3 py-2 text-right sm:px-5">{label}</td>
            <td className="px-3 py-2 text-right sm:px-5">
              <MoneyText amount={amount} currency={currency} />
            </td>
          </tr>
        ))}
      </tfoot>
    </table>
  );
}
