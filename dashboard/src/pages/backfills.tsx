import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { backfillsQuery } from "../api/backfills";
import { buttonClass } from "../components/button";
import { DataTable } from "../components/data-table";
import { Empty, Loaded, PageHeader, Panel } from "../components/page";
import { QuantityText } from "../components/quantity-text";
import { StatusBadge } from "../components/status-badge";
import { InstantText } from "../components/time-text";

/** Usage of the past that was put in after the fact. */
export function BackfillsPage() {
  const { cursor } = useSearch({ from: "/backfills" });
  const backfills = useQuery(backfillsQuery(cursor));
  return (
    <>
      <PageHeader
        title="Backfills"
        detail="Usage of the past: loaded unseen, previewed, put in force at once, and taken back if need be."
        actions={
          <Link to="/backfills/new" className={buttonClass("primary")}>
            Open a backfill
          </Link>
        }
      />
      <Panel title="All backfills, newest first">
        <Loaded query={backfills}>
          {({ data, next_cursor }) =>
            data.length === 0 ? (
              <Empty>No backfill yet. Open one to load events that are older than 35 days, or to replace what was counted wrong.</Empty>
            ) : (
              <>
                <DataTable
                  rows={data}
                  rowKey={({ id }) => id}
                  columns={[
                    {
                      title: "Range (UTC)",
                      cell: ({ id, from, to }) => (
                        <Link to="/backfills/$backfill" params={{ backfill: id }} className="font-medium text-accent hover:underline">
                          <InstantText at={from} /> – <InstantText at={to} />
                        </Link>
                      ),
                    },
                    { title: "Status", cell: ({ status }) => <StatusBadge status={status} /> },
                    { title: "Mode", wide: true, cell: ({ mode }) => mode },
                    { title: "Types", wide: true, cell: ({ event_types }) => event_types?.join(", ") ?? "every type" },
                    {
                      title: "Customers",
                      right: true,
                      wide: true,
                      cell: ({ counts }) => <QuantityText value={String(counts.customers)} />,
                    },
                    { title: "Loaded", right: true, cell: ({ counts }) => <QuantityText value={String(counts.loaded)} /> },
                  ]}
                />
                {next_cursor === null ? null : (
                  <Link to="/backfills" search={{ cursor: next_cursor }} className="block px-5 py-3 text-sm text-accent hover:underline">
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
