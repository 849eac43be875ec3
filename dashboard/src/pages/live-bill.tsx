import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { upcomingQuery } from "../api/queries";
import { type UsageMessage, useUsageStream } from "../api/usage-stream";
import { LineTable, type ShownLine } from "../components/line-table";
import { LiveMark } from "../components/live-mark";
import { Empty, Loaded, Panel, ProblemNotice } from "../components/page";
import { QuantityText } from "../components/quantity-text";
import { PeriodText } from "../components/time-text";

const POLL_MS = 5_000;

type Bill = { readonly currency: string; readonly total: number; readonly lines: readonly ShownLine[] };

/** Counters and the bill so far, as the customer's ledger tells them; asked for where the stream does not come through. */
export function LiveBill({ customer, zone }: { readonly customer: string; readonly zone: string }) {
  const { state, message } = useUsageStream(customer);
  const upcoming = useQuery({ ...upcomingQuery(customer), refetchInterval: state === "polling" ? POLL_MS : false });
  const client = useQueryClient();
  // The message has the amounts, the question has the steps behind them.
  useEffect(() => {
    if (message !== null) void client.invalidateQueries({ queryKey: ["upcoming", customer] }, { cancelRefetch: false });
  }, [client, customer, message]);
  const asked: readonly Bill[] | undefined = upcoming.data?.bills;
  const bills = message === null || state === "polling" ? asked : withSteps(message.bills, asked ?? []);
  const asOf = state === "polling" ? (upcoming.data?.as_of ?? null) : (message?.as_of ?? null);
  return (
    <>
      <Panel title="Bill so far" actions={<LiveMark state={state} asOf={asOf} zone={zone} />}>
        {upcoming.isError && bills === undefined ? <ProblemNotice error={upcoming.error} /> : null}
        {bills === undefined ? (
          <Loaded query={upcoming}>{() => null}</Loaded>
        ) : bills.every(({ lines }) => lines.length === 0) ? (
          <Empty>Nothing to bill at this moment. Lines appear with a subscription and its usage.</Empty>
        ) : (
          bills.map(({ currency, total, lines }) => (
            <LineTable key={currency} lines={lines} currency={currency} zone={zone} sums={[{ label: "Total so far", amount: total }]} />
          ))
        )}
      </Panel>
      {message === null ? null : <Counters meters={message.meters} zone={zone} isCurrent={state === "live"} />}
    </>
  );
}

/** A told line gets its steps only where the asked one is the same line with the same figures. */
function withSteps(told: UsageMessage["bills"], asked: readonly Bill[]): readonly Bill[] {
  return told.map(({ currency, total, lines }) => {
    const known = asked.find((bill) => bill.currency === currency)?.lines ?? [];
    return {
      currency,
      total,
      lines: lines.map((line): ShownLine => {
        const same = known.find(
          ({ price, period, quantity, amount }) =>
            price === line.price && period.start === line.period.start && quantity === line.quantity && amount === line.amount,
        );
        return { ...line, steps: same?.steps ?? [] };
      }),
    };
  });
}

type CountersProps = { readonly meters: UsageMessage["meters"]; readonly zone: string; readonly isCurrent: boolean };

function Counters({ meters, zone, isCurrent }: CountersProps) {
  if (meters.length === 0) return null;
  return (
    <Panel title="Counters of the open period">
      <ul className={`grid gap-px bg-line sm:grid-cols-3 ${isCurrent ? "" : "opacity-60"}`}>
        {meters.map(({ meter, unit, subscription, period, value }) => (
          <li key={`${subscription} ${meter}`} className="bg-panel px-3 py-3 sm:px-5">
            <Link to="/meters/$meter" params={{ meter }} search={{}} className="text-xs text-muted wrap-anywhere hover:underline">
              {meter}
              {unit === null ? "" : ` (${unit})`}
            </Link>
            <div className="text-right text-xl font-semibold">
              <QuantityText value={value} />
            </div>
            <div className="text-right text-xs text-muted">
              <PeriodText {...period} zone={zone} />
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
