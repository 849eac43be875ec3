import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { EVENT_STATUSES, type EventFilter, eventsQuery } from "../api/events";
import { eventTypesQuery } from "../api/meters";
import { customersQuery } from "../api/queries";
import { DataTable } from "../components/data-table";
import { SelectField, TextField } from "../components/field";
import { Empty, Loaded, PageHeader, Panel } from "../components/page";
import { StatusBadge } from "../components/status-badge";
import { InstantText } from "../components/time-text";

export type EventSearch = Partial<Pick<EventFilter, "type" | "status" | "from" | "to" | "cursor">> & { readonly customer?: string };

/** A customer's raw events, newest first; the filter is the address. */
export function EventsPage() {
  const search = useSearch({ from: "/events" });
  const { customer } = search;
  return (
    <>
      <PageHeader title="Events" detail="Every event a customer has sent, what became of it, and how to put it right." />
      <Panel title={customer === undefined ? "Whose events" : `Events of ${customer}`}>
        <Filters search={search} />
        {customer === undefined ? <ChooseCustomer /> : <EventList filter={{ ...search, customer }} />}
      </Panel>
    </>
  );
}

function Filters({ search }: { readonly search: EventSearch }) {
  const navigate = useNavigate({ from: "/events" });
  const customers = useQuery(customersQuery(undefined));
  const types = useQuery(eventTypesQuery());
  const set = (change: Record<string, string>): void => {
    const { cursor: _, ...rest } = search;
    const next = Object.fromEntries(Object.entries({ ...rest, ...change }).filter(([, value]) => value !== ""));
    void navigate({ search: next as EventSearch, replace: true });
  };
  return (
    <form className="grid grid-cols-2 gap-3 border-b border-line p-3 sm:p-5 md:grid-cols-5" onSubmit={(event) => event.preventDefault()}>
      <TextField
        label="Customer"
        placeholder="customer key"
        value={search.customer ?? ""}
        onChange={(customer) => set({ customer })}
        suggestions={customers.data?.data.map(({ key }) => key) ?? []}
      />
      <TextField
        label="Type"
        placeholder="any"
        value={search.type ?? ""}
        onChange={(type) => set({ type })}
        suggestions={types.data?.data.map(({ type }) => type) ?? []}
      />
      <SelectField
        label="Status"
        value={search.status ?? ""}
        onChange={(status) => set({ status })}
        options={[["", "any"], ...EVENT_STATUSES.map((status) => [status, status] as const)]}
      />
      <TextField label="From (UTC)" type="date" value={search.from ?? ""} onChange={(from) => set({ from })} />
      <TextField label="Before (UTC)" type="date" value={search.to ?? ""} onChange={(to) => set({ to })} />
    </form>
  );
}

function ChooseCustomer() {
  const customers = useQuery(customersQuery(undefined));
  return (
    <Loaded query={customers}>
      {({ data }) => (
        <Empty>
          <p className="mb-3">Events belong to a customer. Whose do you want to see?</p>
          <ul className="flex flex-wrap justify-center gap-2">
            {data.slice(0, 12).map(({ key, name }) => (
              <li key={key}>
                <Link
                  to="/events"
                  search={{ customer: key }}
                  className="inline-block rounded-lg border border-line px-3 py-1.5 text-accent hover:bg-line/60"
                >
                  {name}
                </Link>
              </li>
            ))}
          </ul>
          {data.length === 0 ? <p>There is no customer yet.</p> : null}
        </Empty>
      )}
    </Loaded>
  );
}

function EventList({ filter }: { readonly filter: EventFilter }) {
  const events = useQuery({ ...eventsQuery(filter), placeholderData: (before) => before });
  const { cursor, limit: _, ...search } = filter;
  return (
    <Loaded query={events}>
      {({ data, next_cursor }) => (
        <>
          {data.length === 0 ? (
            <Empty>
              {next_cursor === null
                ? "No event here. Loosen the filter, or see whether the customer's usage is unmatched under another name."
                : "None on this page; older ones may follow."}
            </Empty>
          ) : (
            <DataTable
              rows={data}
              rowKey={({ source, id }) => `${source} ${id}`}
              columns={[
                {
                  title: "Event",
                  cell: ({ id, source, customer }) => (
                    <Link
                      to="/events/$event"
                      params={{ event: id }}
                      search={{ customer, source }}
                      className="inline-block min-w-24 font-medium text-accent wrap-anywhere hover:underline"
                    >
                      {id}
                    </Link>
                  ),
                },
                { title: "Type", wide: true, cell: ({ type }) => <code className="text-xs">{type}</code> },
                {
                  title: "Status",
                  cell: ({ status, unmatched, amended }) => (
                    <span className="flex flex-wrap gap-1">
                      <StatusBadge status={status} />
                      {unmatched === null ? null : <span className="text-xs text-muted">no {unmatched}</span>}
                      {amended ? <StatusBadge status="amended" /> : null}
                    </span>
                  ),
                },
                {
                  title: "Properties",
                  wide: true,
                  cell: ({ properties }) => (
                    <code className="line-clamp-2 text-xs text-muted wrap-anywhere">{JSON.stringify(properties)}</code>
                  ),
                },
                { title: "Time (UTC)", right: true, cell: ({ time }) => <InstantText at={time} /> },
              ]}
            />
          )}
          <div className="flex justify-between px-3 py-3 text-sm sm:px-5">
            {cursor === undefined ? (
              <span />
            ) : (
              <Link to="/events" search={search} className="text-accent hover:underline">
                Newest
              </Link>
            )}
            {next_cursor === null ? null : (
              <Link to="/events" search={{ ...search, cursor: next_cursor }} className="text-accent hover:underline">
                Older events
              </Link>
            )}
          </div>
        </>
      )}
    </Loaded>
  );
}
