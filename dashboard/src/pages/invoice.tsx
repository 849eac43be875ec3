import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { dataOf, type Invoice } from "#sdk/client";
import { invoiceQuery, paymentsQuery } from "../api/queries";
import { api, sessionKey } from "../api/session";
import { DataTable } from "../components/data-table";
import { LineTable } from "../components/line-table";
import { MoneyText } from "../components/money-text";
import { Empty, Loaded, LoadedPage, PageHeader, Panel, ProblemNotice } from "../components/page";
import { StatusBadge } from "../components/status-badge";
import { DayText } from "../components/time-text";

type Verb = "issue" | "void" | "pay";

/** One invoice: its lines, its sums, its payments, and what may be done with it now. */
export function InvoicePage() {
  const { invoice: id } = useParams({ from: "/invoices/$invoice" });
  const invoice = useQuery(invoiceQuery(id));
  return (
    <LoadedPage title="Invoice" query={invoice}>
      {(found) => <InvoiceView invoice={found} />}
    </LoadedPage>
  );
}

function InvoiceView({ invoice }: { readonly invoice: Invoice }) {
  const { id, number, status, customer, currency, time_zone, total, amount_paid, amount_due, issued_at, issue_at } = invoice;
  const client = useQueryClient();
  const act = useMutation({ mutationFn: (verb: Verb) => perform(verb, id), onSuccess: () => client.invalidateQueries() });
  const confirmed = (verb: Verb, question: string) => () => {
    if (confirm(question)) act.mutate(verb);
  };
  const sums = [
    { label: "Total", amount: total },
    ...(status === "draft" ? [] : [{ label: "Paid", amount: amount_paid }]),
    { label: "Amount due", amount: amount_due },
  ];
  const button = "rounded-lg border border-line bg-panel px-3 py-1.5 text-sm font-medium hover:bg-line/60 disabled:opacity-50";
  return (
    <>
      <PageHeader
        title={number ?? "Draft invoice"}
        detail={
          <span className="flex flex-wrap items-center gap-2">
            <StatusBadge status={status} />
            <Link to="/customers/$customer" params={{ customer }} className="text-accent hover:underline">
              {customer}
            </Link>
            {issued_at === null ? (
              <span>
                issues <DayText at={issue_at} zone={time_zone} />
              </span>
            ) : (
              <span>
                issued <DayText at={issued_at} zone={time_zone} />
              </span>
            )}
          </span>
        }
        actions={
          <>
            <button type="button" className={button} onClick={() => void openPage(id)}>
              Printable
            </button>
            {status === "draft" ? (
              <button
                type="button"
                className={button}
                disabled={act.isPending}
                onClick={confirmed("issue", "Issue this invoice now? It cannot be changed afterwards.")}
              >
                Issue now
              </button>
            ) : null}
            {status === "issued" ? (
              <>
                <button
                  type="button"
                  className={button}
                  disabled={act.isPending}
                  onClick={confirmed("pay", "Record that all that is due was paid?")}
                >
                  Record payment
                </button>
                <button
                  type="button"
                  className={button}
                  disabled={act.isPending}
                  onClick={confirmed("void", "Void this invoice? Its lines will be billed again.")}
                >
                  Void
                </button>
              </>
            ) : null}
          </>
        }
      />
      {act.isError ? <ProblemNotice error={act.error} /> : null}
      <Panel title="Lines">
        <LineTable lines={invoice.lines} currency={currency} zone={time_zone} sums={sums} />
      </Panel>
      <Payments invoice={id} />
    </>
  );
}

async function perform(verb: Verb, invoice: string): Promise<unknown> {
  const params = { path: { invoice } };
  switch (verb) {
    case "issue":
      return dataOf(api().POST("/v1/invoices/{invoice}/issue", { params }));
    case "void":
      return dataOf(api().POST("/v1/invoices/{invoice}/void", { params }));
    case "pay":
      return dataOf(api().POST("/v1/invoices/{invoice}/pay", { params, body: { provider: "manual" } }));
  }
}

/** The API's printable page. It needs the key, so it is fetched and shown from memory. */
async function openPage(invoice: string): Promise<void> {
  const response = await fetch(`/api/v1/invoices/${invoice}`, {
    headers: { authorization: `Bearer ${sessionKey() ?? ""}`, accept: "text/html" },
  });
  window.open(URL.createObjectURL(new Blob([await response.text()], { type: "text/html" })), "_blank", "noopener");
}

function Payments({ invoice }: { readonly invoice: string }) {
  const payments = useQuery(paymentsQuery(invoice));
  return (
    <Panel title="Payments">
      <Loaded query={payments}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>No payments yet.</Empty>
          ) : (
            <DataTable
              rows={data}
              rowKey={({ id }) => id}
              columns={[
                { title: "Attempt", wide: true, cell: ({ attempt }) => attempt },
                { title: "Provider", cell: ({ provider }) => provider },
                { title: "Status", cell: ({ status, failure_code }) => <StatusBadge status={failure_code ?? status} /> },
                { title: "Reference", wide: true, cell: ({ reference }) => <code className="text-xs">{reference ?? "–"}</code> },
                { title: "Amount", right: true, cell: ({ amount, currency }) => <MoneyText amount={amount} currency={currency} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}
