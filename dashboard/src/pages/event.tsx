import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type EventTrace, eventQuery } from "../api/events";
import { customerQuery } from "../api/queries";
import { Button } from "../components/button";
import { CountedValue } from "../components/counted-value";
import { DataTable } from "../components/data-table";
import { groupText } from "../components/group-text";
import { Empty, LoadedPage, PageHeader, Panel } from "../components/page";
import { StatusBadge } from "../components/status-badge";
import { InstantText, PeriodText } from "../components/time-text";
import { AmendQuestion, VoidQuestion } from "./event-correction";

/** One event: what it said, what it did, what became of it, and how to put it right. */
export function EventPage() {
  const { event: id } = useParams({ from: "/events/$event" });
  const { customer, source } = useSearch({ from: "/events/$event" });
  const event = useQuery(eventQuery(id, customer, source));
  const owner = useQuery(customerQuery(customer));
  const zone = owner.data?.time_zone ?? "UTC";
  return (
    <LoadedPage title="Event" query={event}>
      {(found) => (
        <>
          <EventHeader event={found} zone={zone} />
          <WhatItDid event={found} zone={zone} />
          <Panel title="Properties">
            <pre className="overflow-x-auto p-3 font-mono text-xs sm:p-5">{JSON.stringify(found.properties, null, 2)}</pre>
          </Panel>
          <History event={found} zone={zone} />
        </>
      )}
    </LoadedPage>
  );
}

function EventHeader({ event, zone }: { readonly event: EventTrace; readonly zone: string }) {
  const [asking, setAsking] = useState<"void" | "amend" | null>(null);
  const { id, source, type, customer, time, received_at, status, amended, backfill } = event;
  const close = (): void => setAsking(null);
  return (
    <>
      <PageHeader
        title={id}
        detail={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <StatusBadge status={status} />
            {amended ? <StatusBadge status="amended" /> : null}
            <code>{type}</code>
            <Link to="/customers/$customer" params={{ customer }} className="text-accent hover:underline">
              {customer}
            </Link>
            <span>
              happened <InstantText at={time} zone={zone} />
            </span>
            <span>
              received <InstantText at={received_at} zone={zone} />
            </span>
            <span>from {source}</span>
            {backfill === null ? null : (
              <Link to="/backfills/$backfill" params={{ backfill }} className="text-accent hover:underline">
                backfill
              </Link>
            )}
          </span>
        }
        actions={
          status === "counted" || status === "unmatched" ? (
            <>
              <Button onClick={() => setAsking("amend")}>Amend</Button>
              <Button onClick={() => setAsking("void")}>Void</Button>
            </>
          ) : null
        }
      />
      {asking === "void" ? <VoidQuestion event={event} zone={zone} onClose={close} /> : null}
      {asking === "amend" ? <AmendQuestion event={event} zone={zone} onClose={close} /> : null}
    </>
  );
}

const WHY_NOTHING: Readonly<Record<EventTrace["status"], string>> = {
  counted: "No meter that counts this type counts this event: its filters leave it out.",
  unmatched: "It is kept and counts as soon as what is missing appears.",
  voided: "It was voided and counts no more.",
  superseded: "A backfill has taken its place.",
  staged: "It is loaded into a backfill that is not closed yet.",
  reverted: "Its backfill was taken back.",
};

function WhatItDid({ event, zone }: { readonly event: EventTrace; readonly zone: string }) {
  const { counted, problems, status, unmatched } = event;
  return (
    <Panel title="What it did">
      {problems.length === 0 ? null : (
        <ul className="border-b border-line px-3 py-3 text-sm text-bad sm:px-5">
          {problems.map(({ meter, code, detail }) => (
            <li key={`${meter} ${code}`}>
              <Link to="/meters/$meter" params={{ meter }} search={{}} className="underline">
                {meter}
              </Link>
              : {detail}
            </li>
          ))}
        </ul>
      )}
      {counted.length === 0 ? (
        <Empty>
          {WHY_NOTHING[status]}{" "}
          {unmatched === "type" ? (
            <Link to="/meters/new" search={{ event_type: event.type }} className="text-accent hover:underline">
              Make a meter of its type
            </Link>
          ) : null}
        </Empty>
      ) : (
        <DataTable
          rows={counted}
          rowKey={({ meter, subscription }) => `${meter} ${subscription ?? ""}`}
          columns={[
            {
              title: "Meter",
              cell: ({ meter, group, period }) => (
                <>
                  <Link
                    to="/meters/$meter"
                    params={{ meter }}
                    search={{}}
                    className="inline-block min-w-24 text-accent wrap-anywhere hover:underline"
                  >
                    {meter}
                  </Link>
                  <div className="text-xs text-muted">{groupText(group)}</div>
                  {period === null ? null : (
                    <div className="text-xs text-muted sm:hidden">
                      <PeriodText {...period} zone={zone} />
                    </div>
                  )}
                </>
              ),
            },
            { title: "Subscription", wide: true, cell: ({ subscription }) => <code className="text-xs">{subscription ?? "–"}</code> },
            { title: "Period", wide: true, cell: ({ period }) => (period === null ? "–" : <PeriodText {...period} zone={zone} />) },
            {
              title: "Invoice",
              cell: ({ invoice }) =>
                invoice === null ? (
                  <span className="text-muted">not yet</span>
                ) : (
                  <Link to="/invoices/$invoice" params={{ invoice: invoice.id }} className="text-accent hover:underline">
                    {invoice.number ?? "draft"}
                  </Link>
                ),
            },
            { title: "Value", right: true, cell: ({ value }) => <CountedValue value={value} /> },
          ]}
        />
      )}
    </Panel>
  );
}

function History({ event, zone }: { readonly event: EventTrace; readonly zone: string }) {
  return (
    <Panel title="History">
      <DataTable
        rows={event.history}
        rowKey={({ at, action }) => `${at} ${action}`}
        columns={[
          { title: "When", cell: ({ at }) => <InstantText at={at} zone={zone} /> },
          { title: "What", cell: ({ action }) => <StatusBadge status={action} /> },
          { title: "Reason", cell: ({ reason }) => reason ?? "–" },
          {
            title: "Properties then",
            wide: true,
            cell: ({ properties }) =>
              properties === null ? (
                "–"
              ) : (
                <code className="line-clamp-3 text-xs text-muted wrap-anywhere">{JSON.stringify(properties)}</code>
              ),
          },
        ]}
      />
    </Panel>
  );
}
