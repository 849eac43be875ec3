import { Link } from "@tanstack/react-router";
import type { Invoice } from "#sdk/client";
import { DataTable } from "./data-table";
import { MoneyText } from "./money-text";
import { Empty } from "./page";
import { StatusBadge } from "./status-badge";
import { DayText } from "./time-text";

export function InvoiceTable({
  invoices,
  withCustomer = false,
}: {
  readonly invoices: readonly Invoice[];
  readonly withCustomer?: boolean;
}) {
  if (invoices.length === 0) return <Empty>No invoices here yet.</Empty>;
  const customer = {
    title: "Customer",
    cell: ({ customer: key }: Invoice) => (
      <Link to="/customers/$customer" params={{ customer: key }} className="hover:underline">
        {key}
      </Link>
    ),
  };
  return (
    <DataTable
      rows={invoices}
      rowKey={({ id }) => id}
      columns={[
        {
          title: "Number",
          cell: ({ id, number }) => (
            <Link to="/invoices/$invoice" params={{ invoice: id }} className="font-medium whitespace-nowrap text-accent hover:underline">
              {number ?? "Draft"}
            </Link>
          ),
        },
        ...(withCustomer ? [customer] : []),
        { title: "Status", cell: ({ status }) => <StatusBadge status={status} /> },
        { title: "Issued", wide: true, cell: ({ issued_at, time_zone }) => <DayText at={issued_at} zone={time_zone} /> },
        { title: "Total", right: true, cell: ({ total, currency }) => <MoneyText amount={total} currency={currency} /> },
        {
          title: "Due",
          right: true,
          wide: withCustomer,
          cell: ({ amount_due, currency }) => <MoneyText amount={amount_due} currency={currency} />,
        },
      ]}
    />
  );
}
