import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type UnmatchedUsage, UNMATCHED_REASONS, unmatchedQuery } from "../api/events";
import { DataTable } from "../components/data-table";
import { Empty, Loaded, PageHeader, Panel } from "../components/page";
import { QuantityText } from "../components/quantity-text";
import { DayText } from "../components/time-text";
import { AssignQuestion, CreateCustomerQuestion } from "./unmatched-remedies";

/** What has been put right is replayed by itself; the page looks again meanwhile. */
const REPLAYED_WITHIN_MS = 5_000;

const MISSING = {
  customer: "the customer",
  type: "a meter for the type",
  value: "a value that its meter can read",
} as const;

/** Usage that is kept and waits for its customer or its meter: nothing is silently zero. */
export function UnmatchedPage() {
  const { reason, cursor } = useSearch({ from: "/unmatched" });
  const unmatched = useQuery({ ...unmatchedQuery({ reason, cursor }), refetchInterval: REPLAYED_WITHIN_MS });
  const tab = "rounded-lg px-3 py-1.5 text-sm hover:bg-line/60";
  return (
    <>
      <PageHeader
        title="Unmatched usage"
        detail="Kept, and counted by itself as soon as what is missing appears."
        actions={
          <>
            <Link to="/unmatched" search={{}} className={`${tab} ${reason === undefined ? "bg-line font-medium" : ""}`}>
              all
            </Link>
            {UNMATCHED_REASONS.map((one) => (
              <Link key={one} to="/unmatched" search={{ reason: one }} className={`${tab} ${reason === one ? "bg-line font-medium" : ""}`}>
                no {one}
              </Link>
            ))}
          </>
        }
      />
      <Panel title="By customer and type">
        <Loaded query={unmatched}>
          {({ data, next_cursor }) =>
            data.length === 0 ? (
              <Empty>
                {reason === undefined ? "Every event has found its customer and its meter." : `No usage is waiting for ${MISSING[reason]}.`}
              </Empty>
            ) : (
              <>
                <UnmatchedTable rows={data} />
                {next_cursor === null ? null : (
                  <Link
                    to="/unmatched"
                    search={{ ...(reason === undefined ? {} : { reason }), cursor: next_cursor }}
                    className="block px-5 py-3 text-sm text-accent hover:underline"
                  >
                    Next page
                  </Link>
                )}
              </>
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}

function UnmatchedTable({ rows }: { readonly rows: readonly UnmatchedUsage[] }) {
  return (
    <DataTable
      rows={rows}
      rowKey={({ customer, reason, event_type }) => `${customer} ${reason} ${event_type}`}
      columns={[
        {
          title: "Usage",
          cell: ({ customer, reason, event_type, refusal }) => (
            <>
              <span className="inline-block min-w-24 wrap-anywhere">{customer}</span>{" "}
              <code className="text-xs text-muted">{event_type}</code>
              <div className="text-xs text-muted">
                missing: {MISSING[reason]}
                {refusal === null ? "" : ` · refused: ${refusal}`}
              </div>
            </>
          ),
        },
        { title: "Events", right: true, cell: ({ count }) => <QuantityText value={String(count)} /> },
        { title: "First", wide: true, cell: ({ first_at }) => <DayText at={first_at} /> },
        { title: "Latest", wide: true, cell: ({ last_at }) => <DayText at={last_at} /> },
        { title: "Put right", cell: (row) => <Remedies row={row} /> },
      ]}
    />
  );
}

/** What mends it, by what is missing. */
function Remedies({ row }: { readonly row: UnmatchedUsage }) {
  const [asking, setAsking] = useState<"create" | "assign" | null>(null);
  const { customer, reason, event_type } = row;
  const link = "text-left text-accent hover:underline";
  const close = (): void => setAsking(null);
  return (
    <div className="flex flex-col items-start gap-1">
      {reason === "customer" ? (
        <>
          <button type="button" className={link} onClick={() => setAsking("create")}>
            Create the customer
          </button>
          <button type="button" className={link} onClick={() => setAsking("assign")}>
            Give it to a customer
          </button>
        </>
      ) : null}
      {reason === "type" ? (
        <Link to="/meters/new" search={{ event_type }} className={link}>
          Make a meter
        </Link>
      ) : null}
      <Link to="/events" search={{ customer, type: event_type, status: "unmatched" }} className={link}>
        Look at the events
      </Link>
      {asking === "create" ? <CreateCustomerQuestion sentAs={customer} onClose={close} /> : null}
      {asking === "assign" ? <AssignQuestion subject={customer} onClose={close} /> : null}
    </div>
  );
}
