import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { customersQuery } from "../api/queries";
import { DataTable } from "../components/data-table";
import { Empty, Loaded, PageHeader, Panel } from "../components/page";

export function CustomersPage() {
  const { cursor } = useSearch({ from: "/customers" });
  const navigate = useNavigate();
  const customers = useQuery(customersQuery(cursor));
  return (
    <>
      <PageHeader title="Customers" />
      <Panel title="All customers">
        <Loaded query={customers}>
          {({ data, next_cursor }) =>
            data.length === 0 ? (
              <Empty>No customers yet. Create the first one with POST /v1/customers.</Empty>
            ) : (
              <>
                <DataTable
                  rows={data}
                  rowKey={({ id }) => id}
                  columns={[
                    {
                      title: "Name",
                      cell: ({ key, name }) => (
                        <Link to="/customers/$customer" params={{ customer: key }} className="font-medium text-accent hover:underline">
                          {name}
                        </Link>
                      ),
                    },
                    { title: "Key", cell: ({ key }) => <code className="text-xs">{key}</code> },
                    { title: "E-mail", wide: true, cell: ({ email }) => email ?? "–" },
                    { title: "Currency", wide: true, cell: ({ currency }) => currency ?? "–" },
                    { title: "Time zone", wide: true, cell: ({ time_zone }) => time_zone },
                  ]}
                />
                {next_cursor === null ? null : (
                  <button
                    type="button"
                    className="px-5 py-3 text-sm text-accent hover:underline"
                    onClick={() => void navigate({ to: "/customers", search: { cursor: next_cursor } })}
                  >
                    Next page
                  </button>
                )}
              </>
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}
