import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { addDays, calendarDate } from "#domain/time/calendar-date";
import { downloadTotals, type Meter, type MeterTotals, totalsQuery, USAGE_WINDOWS, type UsageQuestion } from "../api/meters";
import { clockQuery, customersQuery } from "../api/queries";
import { Button } from "../components/button";
import { DataTable } from "../components/data-table";
import { SelectField, TextField } from "../components/field";
import { Empty, Loaded, Panel, ProblemNotice } from "../components/page";
import { QuantityText } from "../components/quantity-text";
import { DayText, InstantText } from "../components/time-text";
import { UsageChart } from "../components/usage-chart";

const DAYS_SHOWN = 30;
const ROWS_SHOWN = 200;

export type MeterUsageSearch = {
  readonly customer?: string;
  readonly from?: string;
  readonly to?: string;
  readonly window?: (typeof USAGE_WINDOWS)[number];
  readonly group_by?: string;
};

/** What a meter counted across customers, as the address asks for it. */
export function MeterUsage({ meter }: { readonly meter: Meter }) {
  const clock = useQuery(clockQuery);
  const search = useSearch({ from: "/meters/$meter" });
  return (
    <Panel title="Usage">
      <Loaded query={clock}>
        {({ now }) => {
          const today = calendarDate(now.slice(0, 10));
          return (
            <Question meter={meter} asked={{ from: addDays(today, 1 - DAYS_SHOWN), to: addDays(today, 1), window: "day", ...search }} />
          );
        }}
      </Loaded>
    </Panel>
  );
}

type Asked = MeterUsageSearch & Required<Pick<MeterUsageSearch, "from" | "to" | "window">>;

function Question({ meter, asked }: { readonly meter: Meter; readonly asked: Asked }) {
  const navigate = useNavigate({ from: "/meters/$meter" });
  const customers = useQuery(customersQuery(undefined));
  const set = (change: Partial<Record<keyof MeterUsageSearch, string>>): void => {
    const next = Object.fromEntries(Object.entries({ ...asked, ...change }).filter(([, value]) => value !== ""));
    void navigate({ search: next as MeterUsageSearch, replace: true });
  };
  const question: UsageQuestion = { ...asked };
  const totals = useQuery({ ...totalsQuery(meter.key, { ...question, limit: 5_000 }), placeholderData: (before) => before });
  const download = useMutation({ mutationFn: () => downloadTotals(meter.key, question) });
  const groups = [["", "No group"], ["customer", "Customer"], ...meter.dimensions.map((name) => [name, name] as const)] as const;
  return (
    <>
      <form className="grid grid-cols-2 items-start gap-3 p-3 sm:p-5 md:grid-cols-6" onSubmit={(event) => event.preventDefault()}>
        <TextField label="From" type="date" value={asked.from} onChange={(from) => set({ from })} />
        <TextField label="Before" type="date" value={asked.to} onChange={(to) => set({ to })} />
        <SelectField
          label="Per"
          value={asked.window}
          onChange={(window) => set({ window })}
          options={USAGE_WINDOWS.map((unit) => [unit, unit])}
        />
        <SelectField label="By" value={asked.group_by ?? ""} onChange={(group_by) => set({ group_by })} options={groups} />
        <TextField
          label="Customer"
          placeholder="all"
          value={asked.customer ?? ""}
          onChange={(customer) => set({ customer })}
          suggestions={customers.data?.data.map(({ key }) => key) ?? []}
        />
        <div className="pt-6">
          <Button className="w-full" disabled={download.isPending} onClick={() => download.mutate()}>
            Download CSV
          </Button>
        </div>
      </form>
      {download.isError ? <ProblemNotice error={download.error} /> : null}
      <Loaded query={totals}>{(answer) => <Totals meter={meter} asked={asked} totals={answer} />}</Loaded>
    </>
  );
}

function Totals({ meter, asked, totals }: { readonly meter: Meter; readonly asked: Asked; readonly totals: MeterTotals }) {
  const { data, time_zone, next_cursor } = totals;
  const { window, group_by } = asked;
  if (data.length === 0)
    return (
      <Empty>
        Nothing counted in this range. Widen it, or look at{" "}
        <Link to="/unmatched" search={{}} className="text-accent hover:underline">
          unmatched usage
        </Link>
        .
      </Empty>
    );
  const seriesOf = ({ customer, group }: MeterTotals["data"][number]): string =>
    group_by === undefined ? "" : group_by === "customer" ? (customer ?? "") : (group[group_by] ?? "(absent)");
  const fine = window === "minute" || window === "hour";
  return (
    <>
      <div className="px-3 pb-4 sm:px-5">
        <UsageChart
          label={`${meter.name} per ${window}`}
          bars={data.map((row) => ({ ...row, series: seriesOf(row) }))}
          zone={time_zone}
          span={{ from: Date.parse(asked.from), to: Date.parse(asked.to) }}
          fine={fine}
          height="h-56"
        />
      </div>
      <div className="max-h-96 overflow-y-auto border-t border-line">
        <DataTable
          rows={data.slice(0, ROWS_SHOWN)}
          rowKey={(row) => `${row.start} ${seriesOf(row)}`}
          columns={[
            {
              title: `Window (${time_zone})`,
              cell: ({ start }) => (fine ? <InstantText at={start} zone={time_zone} /> : <DayText at={start} zone={time_zone} />),
            },
            ...(group_by === undefined ? [] : [{ title: group_by === "customer" ? "Customer" : group_by, cell: seriesOf }]),
            {
              title: meter.unit === null ? "Quantity" : `Quantity (${meter.unit})`,
              right: true,
              cell: ({ value, exact }) => (
                <>
                  {exact ? null : <span title="Past the exact cap: close, not exact">≈ </span>}
                  <QuantityText value={value} />
                </>
              ),
            },
          ]}
        />
      </div>
      {data.length > ROWS_SHOWN || next_cursor !== null ? (
        <p className="border-t border-line px-5 py-3 text-xs text-muted">The first {ROWS_SHOWN} rows are shown; the CSV has all of them.</p>
      ) : null}
    </>
  );
}
