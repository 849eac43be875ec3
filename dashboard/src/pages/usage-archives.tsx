import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { dataOf } from "#sdk/client";
import type { components } from "#sdk/schema";
import { usageMonthsQuery } from "../api/customer-records";
import { customerQuery } from "../api/queries";
import { api } from "../api/session";
import { Button } from "../components/button";
import { Confirm } from "../components/confirm";
import { DataTable } from "../components/data-table";
import { Empty, Loaded, LoadedPage, Panel } from "../components/page";
import { QuantityText } from "../components/quantity-text";
import { StatusBadge } from "../components/status-badge";
import { CustomerHeader } from "./customer-header";

type UsageMonth = components["schemas"]["UsageMonth"];

const MEANING: Readonly<Record<UsageMonth["state"], string>> = {
  open: "may still change",
  ready: "can be archived: nothing in it can change any more",
  archived: "its counters stay as they are",
  restored: "brought back from the archive",
};

/** Where a customer's raw events lie, month by month of receipt. */
export function UsageArchivesPage() {
  const { customer: key } = useParams({ from: "/customers/$customer/archives" });
  const customer = useQuery(customerQuery(key));
  return (
    <LoadedPage title="Customer" query={customer}>
      {(found) => (
        <>
          <CustomerHeader customer={found} />
          <Months customer={found.key} />
        </>
      )}
    </LoadedPage>
  );
}

function Months({ customer }: { readonly customer: string }) {
  const months = useQuery(usageMonthsQuery(customer));
  const [asking, setAsking] = useState<UsageMonth | null>(null);
  return (
    <Panel title="Raw events by month of receipt (UTC)">
      <Loaded query={months}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>This customer has sent no event yet.</Empty>
          ) : (
            <DataTable
              rows={data}
              rowKey={({ month }) => month}
              columns={[
                { title: "Month", cell: ({ month }) => <span className="whitespace-nowrap tabular-nums">{month}</span> },
                { title: "State", cell: (month) => <State month={month} /> },
                {
                  title: "SHA-256",
                  wide: true,
                  cell: ({ archive }) => <code className="text-xs">{archive?.sha256 ? `${archive.sha256.slice(0, 12)}…` : "–"}</code>,
                },
                { title: "Sums", wide: true, cell: ({ archive }) => <Sums sums={archive?.sums ?? {}} /> },
                { title: "Events", right: true, cell: ({ events }) => <QuantityText value={String(events)} /> },
                { title: "Bytes", right: true, wide: true, cell: ({ bytes }) => <QuantityText value={String(bytes)} /> },
                { title: "", right: true, cell: (month) => <Action month={month} ask={() => setAsking(month)} /> },
              ]}
            />
          )
        }
      </Loaded>
      {asking === null ? null : <Question customer={customer} month={asking} onClose={() => setAsking(null)} />}
    </Panel>
  );
}

function State({ month: { state, archive } }: { readonly month: UsageMonth }) {
  const underWay = archive !== null && ["writing", "written", "restoring"].includes(archive.state);
  return (
    <>
      <StatusBadge status={underWay ? `${archive.state} …` : state} />
      <div className="mt-1 text-xs text-muted">{MEANING[state]}</div>
    </>
  );
}

function Sums({ sums }: { readonly sums: Readonly<Record<string, string>> }) {
  const entries = Object.entries(sums);
  if (entries.length === 0) return <span className="text-muted">–</span>;
  return entries.map(([meter, value]) => (
    <div key={meter} className="text-xs">
      {meter} <QuantityText value={value} />
    </div>
  ));
}

function Action({ month: { state, archive }, ask }: { readonly month: UsageMonth; readonly ask: () => void }) {
  if (archive !== null && ["writing", "written", "restoring"].includes(archive.state)) return null;
  if (state === "ready") return <Button onClick={ask}>Archive</Button>;
  return state === "archived" ? <Button onClick={ask}>Restore</Button> : null;
}

type QuestionProps = { readonly customer: string; readonly month: UsageMonth; readonly onClose: () => void };

function Question({ customer, month: { month, state, events }, onClose }: QuestionProps) {
  const client = useQueryClient();
  const archive = state === "ready";
  const act = useMutation({
    mutationFn: async (): Promise<unknown> =>
      archive
        ? dataOf(api().POST("/v1/customers/{customer}/usage-archives", { params: { path: { customer } }, body: { month } }))
        : dataOf(api().POST("/v1/customers/{customer}/usage-archives/{month}/restore", { params: { path: { customer, month } } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["usage-months", customer] });
      onClose();
    },
  });
  return (
    <Confirm
      title={archive ? `Archive ${month}?` : `Restore ${month}?`}
      action={archive ? "Archive" : "Restore"}
      pending={act.isPending}
      error={act.error}
      onConfirm={() => act.mutate()}
      onClose={onClose}
    >
      <p>
        <QuantityText value={String(events)} /> events {archive ? "go to the archive and leave the ledger" : "come back from the archive"}.
        No counter and no bill changes.
      </p>
    </Confirm>
  );
}
