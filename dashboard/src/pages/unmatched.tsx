import { useQuery } from "@tanstack/react-query";
import { unmatchedQuery } from "../api/queries";
import { DataTable } from "../components/data-table";
import { Empty, Loaded, PageHeader, Panel } from "../components/page";
import { QuantityText } from "../components/quantity-text";
import { DayText } from "../components/time-text";

/** Usage that is kept and waits for its customer or its meter: nothing is silently zero. */
export function UnmatchedPage() {
  const unmatched = useQuery(unmatchedQuery);
  return (
    <>
      <PageHeader title="Unmatched usage" detail="Kept, and counted by itself as soon as the customer or a meter for the type exists." />
      <Panel title="By customer and type">
        <Loaded query={unmatched}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty>Every event has found its customer and its meter.</Empty>
            ) : (
              <DataTable
                rows={data}
                rowKey={({ customer, reason, event_type }) => `${customer} ${reason} ${event_type}`}
                columns={[
                  { title: "Customer", cell: ({ customer }) => customer },
                  { title: "Missing", cell: ({ reason }) => (reason === "customer" ? "the customer" : "a meter for the type") },
                  { title: "Type", cell: ({ event_type }) => <code className="text-xs">{event_type}</code> },
                  { title: "Events", right: true, cell: ({ count }) => <QuantityText value={String(count)} /> },
                  { title: "Latest", wide: true, cell: ({ last_at }) => <DayText at={last_at} /> },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}
