import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { invoicesQuery } from "../api/queries";
import { InvoiceTable } from "../components/invoice-table";
import { Loaded, PageHeader, Panel } from "../components/page";

const STATUSES = ["draft", "issued", "paid", "void"] as const;

export function InvoicesPage() {
  const { status, cursor } = useSearch({ from: "/invoices" });
  const invoices = useQuery(invoicesQuery({ ...(status === undefined ? {} : { status }), cursor }));
  const tab = "rounded-lg px-3 py-1.5 text-sm capitalize hover:bg-line/60";
  return (
    <>
      <PageHeader
        title="Invoices"
        actions={
          <>
            <Link to="/invoices" search={{}} className={`${tab} ${status === undefined ? "bg-line font-medium" : ""}`}>
              all
            </Link>
            {STATUSES.map((one) => (
              <Link key={one} to="/invoices" search={{ status: one }} className={`${tab} ${status === one ? "bg-line font-medium" : ""}`}>
                {one}
              </Link>
            ))}
          </>
        }
      />
      <Panel title={status === undefined ? "All invoices, newest first" : `Invoices: ${status}`}>
        <Loaded query={invoices}>
          {({ data, next_cursor }) => (
            <>
              <InvoiceTable invoices={data} withCustomer />
              {next_cursor === null ? null : (
                <Link
                  to="/invoices"
                  search={{ ...(status === undefined ? {} : { status }), cursor: next_cursor }}
                  className="block px-5 py-3 text-sm text-accent hover:underline"
                >
                  Next page
                </Link>
              )}
            </>
          )}
        </Loaded>
      </Panel>
    </>
  );
}
