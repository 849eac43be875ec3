import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { type EventType, eventTypesQuery, type Meter, metersQuery, meterUsesQuery } from "../api/meters";
import { buttonClass } from "../components/button";
import { DataTable } from "../components/data-table";
import { meterWords } from "../components/meter-words";
import { Empty, Loaded, PageHeader, Panel } from "../components/page";
import { StatusBadge } from "../components/status-badge";
import { DayText } from "../components/time-text";

/** What usage is counted by, and which events arrive to be counted. */
export function MetersPage() {
  const { cursor, types } = useSearch({ from: "/meters" });
  return (
    <>
      <PageHeader
        title="Meters"
        detail="A meter turns the events of one type into a quantity that plans price and features limit."
        actions={
          <Link to="/meters/new" className={buttonClass("primary")}>
            New meter
          </Link>
        }
      />
      <MeterList cursor={cursor} />
      <EventCatalogue cursor={types} />
    </>
  );
}

function MeterList({ cursor }: { readonly cursor: string | undefined }) {
  const meters = useQuery(metersQuery(cursor));
  const uses = useQuery(meterUsesQuery);
  const usedBy = ({ key }: Meter): string => uses.data?.get(key)?.join(", ") ?? (uses.isSuccess ? "nothing yet" : "…");
  return (
    <Panel title="All meters">
      <Loaded query={meters}>
        {({ data, next_cursor }) =>
          data.length === 0 ? (
            <Empty>No meter yet. Make one of an event type that arrives, below, or start with New meter.</Empty>
          ) : (
            <>
              <DataTable
                rows={data}
                rowKey={({ id }) => id}
                columns={[
                  {
                    title: "Meter",
                    cell: ({ key, name, archived_at }) => (
                      <>
                        <Link to="/meters/$meter" params={{ meter: key }} search={{}} className="font-medium text-accent hover:underline">
                          {name}
                        </Link>{" "}
                        {archived_at === null ? null : <StatusBadge status="archived" />}
                        <code className="block text-xs text-muted">{key}</code>
                      </>
                    ),
                  },
                  {
                    title: "Event type",
                    wide: true,
                    cell: ({ event_type }) => <code className="text-xs">{event_type}</code>,
                  },
                  { title: "Counts", cell: (meter) => meterWords(meter) },
                  { title: "Used by", wide: true, cell: usedBy },
                ]}
              />
              {next_cursor === null ? null : (
                <Link to="/meters" search={{ cursor: next_cursor }} className="block px-5 py-3 text-sm text-accent hover:underline">
                  Next page
                </Link>
              )}
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** The event catalogue: a meter is made of what arrives. */
function EventCatalogue({ cursor }: { readonly cursor: string | undefined }) {
  const types = useQuery(eventTypesQuery(cursor));
  return (
    <Panel title="Events that arrive">
      <Loaded query={types}>
        {({ data, next_cursor }) =>
          data.length === 0 ? (
            <Empty>
              No event has arrived yet. Send one with <code>POST /v1/events</code>: its type and properties appear here.
            </Empty>
          ) : (
            <>
              <DataTable
                rows={data}
                rowKey={({ type }) => type}
                columns={[
                  { title: "Type", cell: ({ type }) => <code className="text-xs">{type}</code> },
                  { title: "Properties", wide: true, cell: (type) => <Properties of={type} /> },
                  { title: "Last seen", wide: true, cell: ({ last_seen_at }) => <DayText at={last_seen_at} /> },
                  { title: "Counted by", cell: ({ meters }) => <Meters keys={meters} /> },
                  {
                    title: "",
                    right: true,
                    cell: ({ type }) => (
                      <Link to="/meters/new" search={{ event_type: type }} className="text-accent whitespace-nowrap hover:underline">
                        Make a meter
                      </Link>
                    ),
                  },
                ]}
              />
              {next_cursor === null ? null : (
                <Link to="/meters" search={{ types: next_cursor }} className="block px-5 py-3 text-sm text-accent hover:underline">
                  Next page
                </Link>
              )}
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Properties({ of: { properties } }: { readonly of: EventType }) {
  if (properties.length === 0) return <span className="text-muted">none</span>;
  return (
    <ul className="flex flex-wrap gap-1">
      {properties.map(({ name, kinds }) => (
        <li key={name} title={kinds.join(" or ")} className="rounded-sm bg-line/60 px-1.5 py-0.5 font-mono text-xs">
          {name} <span className="text-muted">{kinds.join("|")}</span>
        </li>
      ))}
    </ul>
  );
}

function Meters({ keys }: { readonly keys: readonly string[] }) {
  if (keys.length === 0) return <span className="text-bad">no meter</span>;
  return keys.map((key, index) => (
    <span key={key}>
      {index === 0 ? "" : ", "}
      <Link to="/meters/$meter" params={{ meter: key }} search={{}} className="text-accent hover:underline">
        {key}
      </Link>
    </span>
  ));
}
