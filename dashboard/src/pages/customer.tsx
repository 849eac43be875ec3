import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { addDays, calendarDate } from "#domain/time/calendar-date";
import { clockQuery, customerQuery, entitlementsQuery, invoicesQuery, subscriptionsQuery } from "../api/queries";
import { type Meter, metersQuery, totalsQuery } from "../api/meters";
import { DataTable } from "../components/data-table";
import { InvoiceTable } from "../components/invoice-table";
import { MoneyText } from "../components/money-text";
import { QuantityText } from "../components/quantity-text";
import { Empty, Loaded, LoadedPage, Panel } from "../components/page";
import { StatusBadge } from "../components/status-badge";
import { DayText, PeriodText } from "../components/time-text";
import { UsageChart } from "../components/usage-chart";
import { CustomerHeader } from "./customer-header";
import { LiveBill } from "./live-bill";

const DAYS_SHOWN = 30;

/** Everything about one customer: what it has, what it used, what it will owe and what it owed. */
export function CustomerPage() {
  const { customer: key } = useParams({ from: "/customers/$customer" });
  const customer = useQuery(customerQuery(key));
  return (
    <LoadedPage title="Customer" query={customer}>
      {(found) => (
        <>
          <CustomerHeader customer={found} />
          <LiveBill customer={key} zone={found.time_zone} />
          <Subscriptions customer={key} />
          <Usage customer={key} zone={found.time_zone} />
          <Entitlements customer={key} />
          <Invoices customer={key} />
        </>
      )}
    </LoadedPage>
  );
}

function Subscriptions({ customer }: { readonly customer: string }) {
  const subscriptions = useQuery(subscriptionsQuery(customer));
  return (
    <Panel title="Subscriptions">
      <Loaded query={subscriptions}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>No subscription.</Empty>
          ) : (
            <DataTable
              rows={data}
              rowKey={({ id }) => id}
              columns={[
                { title: "Plan", cell: ({ plan, plan_name }) => <span title={plan}>{plan_name}</span> },
                { title: "Subscription", wide: true, cell: ({ id }) => <code className="text-xs">{id}</code> },
                { title: "Status", cell: ({ status }) => <StatusBadge status={status} /> },
                {
                  title: "Current period",
                  cell: ({ current_period, time_zone }) =>
                    current_period === null ? "–" : <PeriodText {...current_period} zone={time_zone} />,
                },
                { title: "Started", wide: true, cell: ({ start_at, time_zone }) => <DayText at={start_at} zone={time_zone} /> },
                { title: "Ends", wide: true, cell: ({ end_at, time_zone }) => <DayText at={end_at} zone={time_zone} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}

function Usage({ customer, zone }: { readonly customer: string; readonly zone: string }) {
  const meters = useQuery(metersQuery());
  const clock = useQuery(clockQuery);
  return (
    <Panel title={`Usage, last ${DAYS_SHOWN} days`}>
      <Loaded query={meters}>
        {({ data }) =>
          data.length === 0 || clock.data === undefined ? (
            <Empty>
              No meter counts usage yet.{" "}
              <Link to="/meters" search={{}} className="text-accent hover:underline">
                Make one
              </Link>
            </Empty>
          ) : (
            <div className="grid gap-6 p-3 sm:p-5 md:grid-cols-3">
              {data.map((meter) => (
                <MeterUsage key={meter.key} meter={meter} customer={customer} zone={zone} now={clock.data.now} />
              ))}
            </div>
          )
        }
      </Loaded>
    </Panel>
  );
}

type MeterUsageProps = { readonly meter: Meter; readonly customer: string; readonly zone: string; readonly now: string };

function MeterUsage({ meter: { key, name, unit }, customer, zone, now }: MeterUsageProps) {
  const today = calendarDate(new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(new Date(now)));
  const range = { from: addDays(today, 1 - DAYS_SHOWN), to: addDays(today, 1) };
  const usage = useQuery(totalsQuery(key, { customer, window: "day", ...range }));
  return (
    <div>
      <Link to="/meters/$meter" params={{ meter: key }} search={{ customer }} className="mb-2 block text-sm font-medium hover:underline">
        {name} {unit === null ? null : <span className="text-muted">({unit})</span>}
      </Link>
      <Loaded query={usage}>
        {({ data }) => (
          <UsageChart label={`${name} per day`} bars={data} zone={zone} span={{ from: Date.parse(range.from), to: Date.parse(range.to) }} />
        )}
      </Loaded>
    </div>
  );
}

function Entitlements({ customer }: { readonly customer: string }) {
  const entitlements = useQuery(entitlementsQuery(customer));
  return (
    <Panel title="Entitlements">
      <Loaded query={entitlements}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>Nothing granted.</Empty>
          ) : (
            <DataTable
              rows={data}
              rowKey={({ feature }) => feature}
              columns={[
                { title: "Feature", cell: ({ feature }) => feature },
                {
                  title: "Grants",
                  right: true,
                  cell: ({ type, value, limit }) => (type === "metered" ? <Limit value={limit} /> : granted(value)),
                },
                { title: "Used", right: true, cell: ({ type, used }) => (type === "metered" ? <QuantityText value={used} /> : "–") },
                { title: "Left", right: true, cell: ({ type, remaining }) => (type === "metered" ? <Limit value={remaining} /> : "–") },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}

function Limit({ value }: { readonly value: string | null }) {
  return value === null ? "unlimited" : <QuantityText value={value} />;
}

function granted(value: boolean | string | null): string {
  if (typeof value === "string") return value;
  return value === true ? "included" : "not included";
}

function Invoices({ customer }: { readonly customer: string }) {
  const invoices = useQuery(invoicesQuery({ customer }));
  return (
    <Panel title="Invoices">
      <Loaded query={invoices}>{({ data }) => <InvoiceTable invoices={data} />}</Loaded>
      <Loaded query={invoices}>
        {({ data }) => {
          const due = new Map<string, number>();
          for (const { currency, amount_due, status } of data)
            if (status === "issued") due.set(currency, (due.get(currency) ?? 0) + amount_due);
          return due.size === 0 ? null : (
            <p className="px-5 py-3 text-right text-sm">
              Open:{" "}
              {[...due].map(([currency, amount]) => (
                <MoneyText key={currency} amount={amount} currency={currency} />
              ))}
            </p>
          );
        }}
      </Loaded>
    </Panel>
  );
}
