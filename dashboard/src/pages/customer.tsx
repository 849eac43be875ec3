import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { addDays, calendarDate } from "#domain/time/calendar-date";
import {
  clockQuery,
  customerQuery,
  entitlementsQuery,
  invoicesQuery,
  metersQuery,
  subscriptionsQuery,
  upcomingQuery,
  usageQuery,
} from "../api/queries";
import { DataTable } from "../components/data-table";
import { InvoiceTable } from "../components/invoice-table";
import { LineTable } from "../components/line-table";
import { MoneyText } from "../components/money-text";
import { QuantityText } from "../components/quantity-text";
import { Empty, Loaded, LoadedPage, PageHeader, Panel } from "../components/page";
import { StatusBadge } from "../components/status-badge";
import { DayText, PeriodText } from "../components/time-text";
import { UsageChart } from "../components/usage-chart";

const DAYS_SHOWN = 30;

/** Everything about one customer: what it has, what it used, what it will owe and what it owed. */
export function CustomerPage() {
  const { customer: key } = useParams({ from: "/customers/$customer" });
  const customer = useQuery(customerQuery(key));
  return (
    <LoadedPage title="Customer" query={customer}>
      {({ name, email, currency, time_zone }) => (
        <>
          <PageHeader title={name} detail={[key, email, currency, time_zone].filter(Boolean).join(" · ")} />
          <Subscriptions customer={key} />
          <Upcoming customer={key} zone={time_zone} />
          <Usage customer={key} zone={time_zone} />
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

function Upcoming({ customer, zone }: { readonly customer: string; readonly zone: string }) {
  const upcoming = useQuery(upcomingQuery(customer));
  return (
    <Panel title="Bill so far">
      <Loaded query={upcoming}>
        {({ bills }) =>
          bills.every(({ lines }) => lines.length === 0) ? (
            <Empty>Nothing to bill at this moment.</Empty>
          ) : (
            bills.map(({ currency, total, lines }) => (
              <LineTable key={currency} lines={lines} currency={currency} zone={zone} sums={[{ label: "Total so far", amount: total }]} />
            ))
          )
        }
      </Loaded>
    </Panel>
  );
}

function Usage({ customer, zone }: { readonly customer: string; readonly zone: string }) {
  const meters = useQuery(metersQuery);
  const clock = useQuery(clockQuery);
  return (
    <Panel title={`Usage, last ${DAYS_SHOWN} days`}>
      <Loaded query={meters}>
        {({ data }) =>
          data.length === 0 || clock.data === undefined ? (
            <Empty>No meter.</Empty>
          ) : (
            <div className="grid gap-6 p-3 sm:p-5 md:grid-cols-3">
              {data.map(({ key, name, unit }) => (
                <MeterUsage key={key} meter={key} name={name} unit={unit} customer={customer} zone={zone} now={clock.data.now} />
              ))}
            </div>
          )
        }
      </Loaded>
    </Panel>
  );
}

type MeterUsageProps = {
  readonly meter: string;
  readonly name: string;
  readonly unit: string | null;
  readonly customer: string;
  readonly zone: string;
  readonly now: string;
};

function MeterUsage({ meter, name, unit, customer, zone, now }: MeterUsageProps) {
  const today = calendarDate(new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(new Date(now)));
  const usage = useQuery(usageQuery(meter, customer, addDays(today, 1 - DAYS_SHOWN), addDays(today, 1)));
  return (
    <div>
      <div className="mb-2 text-sm font-medium">
        {name} {unit === null ? null : <span className="text-muted">({unit})</span>}
      </div>
      <Loaded query={usage}>{({ data }) => <UsageChart label={`${name} per day`} days={data} zone={zone} />}</Loaded>
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
